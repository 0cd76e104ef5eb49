"""The answers of the synthetic delivery: routing, kinds of missing and traps, read back with plain pandas."""

import itertools

import pandas as pd

from read_synthetic import TECHNICAL, read


def test_identifiers_are_whole_numbers_that_float32_would_corrupt(waves):
    for frame in waves:
        assert frame.pidp.dtype.kind == "i"
        assert frame.pidp.is_unique
        assert frame.pidp.min() > 2**24
        assert frame.pidp.max() < 2**31
        assert (frame.pidp.astype("float32").astype("int64") != frame.pidp).mean() > 0.5
        assert not frame.duplicated(["hidp", "pno"]).any()


def test_household_numbers_mean_nothing_in_another_wave(waves):
    assert not set(waves[0].hidp) & set(waves[1].hidp)


def test_questions_of_change_are_routed(waves):
    for earlier, frame in itertools.pairwise(waves):
        prior = frame.pidp.map(earlier.set_index("pidp").jbstat)
        assert (frame.loc[prior.isna(), ["empchk", "notempchk", "jbsamr", "samejob"]] == -8).all(axis=None)
        assert not ((frame.empchk > 0) & (frame.notempchk > 0)).any()
        assert (frame.empchk[frame.jbsamr > 0] == 1).all()
        assert (frame.jbsamr[frame.samejob > 0] == 1).all()
        assert (frame.jbsamr[prior == 1] == -8).all()
        proxies = frame[frame.ivfio == 2]
        assert (proxies[["empchk", "notempchk", "jbsamr", "samejob", "jbterm1", "jbsize"]] < 0).all(axis=None)
        assert (proxies.jbsamr == -7).any()


def test_someone_returns_to_work_after_a_break(waves):
    late = pd.concat(waves[1:])
    assert ((late.empchk == 2) & late.jbstat.isin([1, 2])).any()


def test_first_interview_items_are_not_asked_again(waves):
    known = set(waves[0].pidp)
    again = waves[1][waves[1].pidp.isin(known)]
    assert (again[["qfhigh", "qfvoc1"]] == -8).all(axis=None)
    assert (waves[1].trainany[~waves[1].pidp.isin(known)] == -8).all()
    started = again.jbbgy > 0
    assert 0 < started.mean() < 0.2


def test_the_unconfirmed_purpose_of_training_is_put_to_those_trained(waves):
    late = pd.concat(waves[1:])
    purpose, trained = late.to_confirm_training_purpose, late.trainany == 1
    assert set(purpose[trained]) >= {0, 1}
    assert set(purpose[trained]) <= {0, 1, -1, -2, -9}
    assert (purpose[~trained] == -8).all()
    assert 0.1 < (purpose[trained] == 1).mean() < 0.3


def test_new_qualifications_are_put_to_those_who_gained_one(waves):
    items = [f"qualnew{item}" for item in range(1, 32)]
    late = pd.concat(waves[1:])
    mentions = late[items].to_numpy()
    asked = (mentions[:, :1] >= 0).ravel()
    assert 0 < asked.mean() < 0.1
    assert (mentions[asked].sum(axis=1) == 1).all()
    assert (mentions[~asked] < 0).all()
    assert (late.qualnew23[late.jbstat == 2] == 1).any()
    assert (late.trqual1[late.trainany != 1] == -8).all()


def test_bhps_members_were_asked_about_qualifications_before(waves):
    joined = waves[1][waves[1].hhorig.isin([3, 4, 5, 6])]
    never_asked = joined.qfvoc1 == -8
    assert 0.8 < never_asked.mean() < 1
    assert (joined.qfhigh_dv[never_asked] == -9).all()
    assert (joined.hiqual_dv > 0).mean() > 0.98


def test_qualifications_never_fall_and_rarely_rise(waves):
    frame = pd.concat(waves)[["pidp", "wave", "hiqual_dv"]].query("hiqual_dv > 0").sort_values(["pidp", "wave"])
    change = frame.groupby("pidp").hiqual_dv.diff().dropna()
    assert (change <= 0).all()
    assert 0 < (change < 0).mean() < 0.05


def test_jobs_start_when_the_employer_changed(waves):
    for earlier, frame in itertools.pairwise(waves):
        before = earlier.set_index("pidp").eval("intdaty_dv * 12 + intdatm_dv")
        frame = frame.assign(last=frame.pidp.map(before)).query("last.notna() and ivfio == 1 and jbstat == 2")
        start = frame.jbbgy * 12 + frame.jbbgm.where(frame.jbbgm <= 12)
        dated = (frame.jbbgy > 0) & (frame.jbbgm > 0) & (frame.jbbgm <= 12)
        assert (frame.jbbgy[frame.jbsamr == 2] != -8).all()
        assert (frame.jbbgy[frame.jbsamr == 1] == -8).all()
        assert (start[dated] > frame["last"][dated]).all()


def test_the_self_employed_have_no_contract(waves):
    frame = pd.concat(waves)
    owners, employees = frame[frame.jbstat == 1], frame[frame.jbstat == 2]
    assert (owners[["jbterm1", "jbsize", "jbbgy"]] == -8).all(axis=None)
    assert {1, 9, 10, 11} <= set(employees.jbsize)
    assert 0.03 < (employees.jbterm1 == 2).mean() < 0.12


def test_industries_suit_the_occupations(waves):
    frame = pd.concat(waves).query("jbsic07_cc > 0")
    makes = frame.jbsic07_cc.between(10, 33)
    assert makes[frame.jbsoc00_cc.isin([811, 813, 521])].mean() > 0.6
    assert makes[~frame.jbsoc00_cc.isin(TECHNICAL)].mean() < 0.2
    assert frame.jbsic07_cc[frame.jbsoc00_cc == 213].isin([61, 62, 63]).mean() > 0.3


def test_kinds_of_missing_occur_where_they_should(waves):
    late = pd.concat(waves[1:])
    for name in ("jbsamr", "jbterm1", "jbsize", "trainany", "empchk"):
        assert {-1, -2, -7, -8, -9} <= set(late[name])
    assert {-1, -2, -9} <= set(late.jbstat)
    for number, frame in enumerate(waves):
        assert (-10 in set(frame.qfvoc1)) == (number >= 5)


def test_a_missing_code_is_a_thinning_of_those_at_work(waves):
    frame = pd.concat(waves)
    at_work = frame[frame.jbstat.isin([1, 2])]
    assert 0.025 < (at_work.jbsoc00_cc < 0).mean() < 0.045
    assert (frame[frame.jbstat.isin([3, 4, 6, 7, 8, 97])].jbsoc00_cc > 0).any()
    assert set(frame.loc[frame.jbstat.isin([1, 2]), "jbsoc00_cc"]) >= {-9, *TECHNICAL}


def test_codes_of_activity_by_wave(waves):
    apprentices = [(frame.jbstat == 11).any() for frame in waves]
    assert apprentices == [False, False] + [True] * 6
    frame = pd.concat(waves)
    leave = frame[frame.jbstat == 5]
    with_job = (leave.jbhas == 1) | (leave.jboff == 1)
    assert with_job.any()
    assert (~with_job).any()
    assert set(leave.jbhas) | set(leave.jboff) <= {1, 2, -8}
    schemes = frame[frame.jbstat.isin([9, 10, 11])]
    assert (schemes.jbsoc00_cc > 0).any()
    assert (schemes.jbsoc00_cc < 0).any()


def test_interview_dates_are_about_a_year_apart_with_tails(waves):
    first, second = (frame.set_index("pidp").eval("intdaty_dv * 12 + intdatm_dv") for frame in waves[1:3])
    gap = (second - first).dropna()
    assert gap.between(10, 14).mean() > 0.75
    assert (gap > 18).any()
    assert (gap < 6).any()


def test_areas_are_recoded_without_a_move(delivery):
    before, after = (set(read(delivery, "stata", f"ukhls/{w}_oslaua_protect", True)[f"{w}_oslaua"]) for w in "bf")
    assert {"E07000097", "E08000020"} <= before
    assert not {"E07000097", "E08000020"} & after
    assert {"E07000242", "E08000037"} <= after
