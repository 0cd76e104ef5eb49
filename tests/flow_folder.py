"""Files of a delivery of moves and statistics of a few areas, as their publishers lay them out."""

import pytest

from mobility.errors import DeliveryError
from spoil import spoil

YEARS = (2017, 2018)
# Hartlepool, Taunton Deane (West Somerset and it became Somerset West and Taunton in 2019), Isle of Anglesey.
HARTLEPOOL, TAUNTON, SOMERSET_WEST, ANGLESEY = "E06000001", "E07000190", "E07000246", "W06000001"
HEAD = "OutLA,InLA,Age,Sex,Moves"
MOVES = {
    "Detailed_Estimates_2017_Dataset_1.csv": [
        f"{HARTLEPOOL},{TAUNTON},0,M,1.25",
        f"{HARTLEPOOL},{TAUNTON},4,M,0.5",
        f"{HARTLEPOOL},{TAUNTON},5,M,2.0001",
        f"{HARTLEPOOL},S92000003,30,F,0.125",
        f"{HARTLEPOOL},{HARTLEPOOL},30,F,7",
    ],
    "Detailed_Estimates_2017_Dataset_2.csv": [
        f"{ANGLESEY},{HARTLEPOOL},90,F,1.5",
        f"{ANGLESEY},{HARTLEPOOL},104,F,0.25",
        f"{TAUNTON},{ANGLESEY},89,F,3",
    ],
    "Detailed_Estimates_2018_Dataset_1_2019_LA_boundaries.csv": [f"{HARTLEPOOL},{SOMERSET_WEST},20,F,1"],
    "Detailed_Estimates_2018_Dataset_2_2019_LA_boundaries.csv": [f"{SOMERSET_WEST},{HARTLEPOOL},20,M,2"],
}
BIRTHS = """Births and fertility rates,,,
Table 1,,,

Area code,Area name,Live births,Total Fertility Rate (TFR)
K04000001,ENGLAND AND WALES,"696,271",1.81
E12000001,NORTH EAST,"28,574",1.77
E10000027,Somerset,"5,500",1.9
E06000001,Hartlepool,"1,073",1.91
E07000190,Taunton Deane,"1,254",1.97
W06000001,Isle of Anglesey,700,:
,,,
Source: Office for National Statistics,,,
"""
BORN = """"Population by country of birth, thousands",,,,,,,
Area Code,Area Name,All,CI +/-,United Kingdom,CI +/-,Non-United Kingdom,CI +/-
K02000001,United Kingdom,"64,700",10,"55,500",10,"9,200",10
S12000033,Aberdeen City,228,3,180,3,48,3
E06000001,Hartlepool,92,3,90,3,2,1
E07000190,Taunton Deane,"1,110",3,832.5,3,277.5,1
W06000001,Isle of Anglesey,69,3,66,3,c,c
"""
UNEMPLOYMENT = f"""DATE_NAME,GEOGRAPHY_CODE,GEOGRAPHY_NAME,ITEM_NAME,MEASURES_NAME,OBS_VALUE
Jan 2016-Dec 2016,{HARTLEPOOL},Hartlepool,Unemployment rate,Rate,8.1
Jan 2016-Dec 2016,{HARTLEPOOL},Hartlepool,Unemployment rate,Confidence,1.4
Apr 2016-Mar 2017,{HARTLEPOOL},Hartlepool,Unemployment rate,Rate,7.9
Jan 2017-Dec 2017,{HARTLEPOOL},Hartlepool,Unemployment rate,Rate,7.5
Jan 2017-Dec 2017,{HARTLEPOOL},Hartlepool,Unemployment count,Rate,3300
Jan 2017-Dec 2017,{TAUNTON},Taunton Deane,Unemployment rate,Rate,3.2
"""
GVA = """GVA by local authority,,,,,
Region,LAD code,LA name,1997,2016,2017,2018 3
South West,E07000190,Taunton Deane,"1,000","2,500.5",2600,2700
North East,E06000001,Hartlepool,900,1500,1550,1600
Scotland,S12000033,Aberdeen City,900,1500,1550,1600
"""
CPI = """"Title","CPI INDEX 00: ALL ITEMS 2015=100"
"CDID","D7BT"
"Important notes",""
"2015","100.0"
"2016","100.7"
"2017","103.4"
"2016 Q1","99.8"
"2016 JAN","99.5"
"""
HOUSES = """Table 2a,,,,,,
Region/Country code,Region/Country name,Local authority code,Local authority name,\
Year ending Dec 2016,Year ending Mar 2017,Year ending Dec 2017
E12000001,North East,E06000001,Hartlepool,"126,000","127,000","128,500"
E12000009,South West,E06000053,Isles of Scilly,:,:,:
"""
IMD = "LA CODE,LA NAME,Average Score,Rank of Average Score\nE06000001,Hartlepool,33.4,24\nE41UC,,,\n"
SMI = "Local authority code,Local authority name,Overall score,Overall rank\nE06000001,Hartlepool,10.2,284\n"


def population(year, areas=(HARTLEPOOL, SOMERSET_WEST, ANGLESEY)):
    """Men of an age: the age and one more; women: 100; both sexes and all ages beside them."""
    ages = [*(f"Age {age}" for age in range(90)), "Aged 90+"]
    rows = [
        f"{year},{code},a name,{sex},{label},{100 if sex == 'Female' else age + 1}"
        for code in areas
        for sex in ("Male", "Female", "Total")
        for age, label in enumerate(["All Ages", *ages], start=-1)
    ]
    return "\n".join(["DATE,GEOGRAPHY_CODE,GEOGRAPHY_NAME,GENDER_NAME,C_AGE_NAME,OBS_VALUE", *rows]) + "\n"


def message_of(read, folder, **options):
    with pytest.raises(DeliveryError) as caught:
        read(folder, **options)
    return str(caught.value)


def change(folder, name, old, new):
    """Replace text in a file of the delivery."""
    spoil(next(folder.rglob(name)), old, new, -1)


def values(panel, measure, *keys):
    rows = panel[panel["measure"] == measure]
    return {tuple(row[:-1]): row[-1] for row in rows[[*keys, "value"]].itertuples(index=False)}
