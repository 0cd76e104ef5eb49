"""Answers about O*NET: links of unit groups to its occupations, scores of these, and occupations by skills."""

from collections.abc import Mapping
from typing import Any

from mobility.serve.loaded import Loaded
from mobility.serve.refused import NotLoaded

Asked = Mapping[str, Any]
KINDS = ("skills", "abilities", "interests")
RESULTS = 20
HIGHEST = 7.0  # of the scale of levels


def linked(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Occupations of O*NET of a unit group, by the official chain of classifications."""
    links = loaded.links
    codes = [
        {
            "code": code,
            "occupations": [links.titles[code]],
            "data_available": {kind: (code, kind) in links.scores for kind in KINDS},
        }
        for code, _ in links.of.get(asked["soc"], [])
    ]
    return {"soc": int(asked["soc"]), "onetCodes": codes}


def all_links(loaded: Loaded, asked: Asked) -> list[dict[str, Any]]:
    """Every occupation of O*NET with the unit groups that go to it."""
    return [
        {"onetCode": code, "socCodes": [_named(loaded, soc) for soc in socs]}
        for code, socs in sorted(loaded.links.socs.items())
    ]


def _named(loaded: Loaded, soc: str) -> dict[str, Any]:
    return {"soc": int(soc), "title": loaded.occupations[soc]["title"]}


def scores(loaded: Loaded, asked: Asked, kind: str) -> dict[str, Any]:
    """Scores of an occupation of O*NET by scale: LV level, IM importance, OI interest.

    Raises `NotLoaded` where the release has none of it.
    """
    own, names = loaded.links.scores.get((asked["onet"], kind)), loaded.links.elements[kind]
    if not own:
        raise NotLoaded(f"{kind} of {asked['onet']}")
    scales = [
        {"id": scale, kind: [{"id": one, "name": names[one], "value": value} for one, value in values.items()]}
        for scale, values in sorted(own.items(), reverse=True)
    ]
    return {"scales": scales}


def reverse(loaded: Loaded, asked: Asked) -> dict[str, Any]:
    """Occupations of O*NET that need the most of some skills: mean level of these, the first result the highest.

    The four weights of the true service stand for skills, abilities, interests and knowledge; here the first weighs the
    skills and the third the interests that are asked for.
    """
    links, weights = loaded.links, asked.get("weights", (100, 100, 100, 100))
    wanted = {kind: asked[kind] for kind in ("skills", "interests") if kind in asked}
    share = {"skills": weights[0], "interests": weights[2]}
    ranked = sorted(
        ((_fit(loaded, code, wanted, share), code) for code in links.titles), key=lambda one: (-one[0], one[1])
    )
    names = {kind: {one: links.elements[kind][one] for one in own} for kind, own in wanted.items()}
    results = [
        {"title": links.titles[code], "likely_soc_codes": [int(soc) for soc in links.socs[code]]}
        for fit, code in ranked[:RESULTS]
        if fit > 0
    ]
    return {"selection": names, "results": results}


def _fit(loaded: Loaded, code: str, wanted: Mapping[str, tuple[str, ...]], share: Mapping[str, int]) -> float:
    total = 0.0
    for kind, own in wanted.items():
        scales = loaded.links.scores.get((code, kind), {})
        values = scales.get("LV") or scales.get("OI") or {}
        total += share[kind] * sum(values.get(one, 0.0) for one in own) / (len(own) * HIGHEST)
    return total


def of_occupation(loaded: Loaded, asked: Asked, scale: str) -> dict[str, Any]:
    """Skills of a unit group, ranked: the mean of its occupations of O*NET by the weights of the links."""
    links, sums = loaded.links, dict.fromkeys(loaded.links.elements["skills"], 0.0)
    for code, weight in links.of.get(asked["soc"], []):
        for one, value in links.scores.get((code, "skills"), {}).get(scale, {}).items():
            sums[one] += weight * value
    ranked = sorted(((value, one) for one, value in sums.items() if value), key=lambda pair: (-pair[0], pair[1]))
    skills = [
        {"name": links.elements["skills"][one], "score": round(value, 2), "rank": rank}
        for rank, (value, one) in enumerate(ranked, start=1)
    ]
    kind = "levels" if scale == "LV" else "importance"
    return {"soc": int(asked["soc"]), "infotype": kind, "skills": skills}


def skills(loaded: Loaded, asked: Asked) -> list[dict[str, str]]:
    """Names of the skills."""
    return [{"shortname": one, "description": name} for one, name in loaded.links.elements["skills"].items()]
