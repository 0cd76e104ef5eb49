"""Words that people use find the unit group that the index, the service's recorded answers or an adviser would name."""

import csv
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mobility.errors import DataError
from mobility.serve.search import EmptyQuery, Group, IndexTitle, Search
from mobility.serve.search.words import words_of

QUERIES = Path(__file__).with_name("queries.csv")
SEED = 2010
# Measured on all 28,521 titles with a code: 99.9 per cent with their words permuted, and more than 99.7 with a slip.
SAMPLE, LEAST_PERMUTED, LEAST_MISSPELT = 300, 0.99, 0.98


def stored():
    with QUERIES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def codes(search, text, limit=10):
    return [found.soc for found in search.find(text, limit)]


def test_stored_queries_find_their_code_within_the_stated_place(search):
    queries = stored()
    missed = [row for row in queries if row["soc"] not in codes(search, row["query"])[: int(row["within"])]]
    assert len(queries) >= 100 and missed == []


# The service's recorded number of hits: 8 for library, 3 for plumber; the codes are those whose texts or titles of the
# index hold the letters "librar" and "plumber", found by a plain search of the two files.
@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("library", {"1259", "2426", "2451", "4112", "4113", "4135", "8211", "9233"}),
        ("plumber", {"5242", "5314", "9120"}),
    ],
)
def test_what_the_true_service_found_is_found(search, text, recorded):
    assert {found.soc for found in search.find(text, 30) if found.matched} == recorded


def test_a_number_is_a_code_or_the_beginning_of_one(search):
    assert [(one.soc, one.score, one.matched) for one in search.find(" 4135 ", 5)] == [
        ("4135", 1.0, "Library clerks and assistants")
    ]
    assert codes(search, "413") == ["4131", "4132", "4133", "4134", "4135", "4138"]
    assert len(codes(search, "4")) == 10 and codes(search, "0000") == []


def misspelt(word, rng):
    """One letter left out, put in, changed or swapped with the next."""
    at, letter = rng.randrange(len(word) - 1), rng.choice("abcdefghijklmnopqrstuvwxyz")
    rest = word[at + 1 :]
    swapped = word[:at] + rest[0] + word[at] + rest[1:]
    return rng.choice([word[:at] + rest, word[:at] + letter + word[at:], word[:at] + letter + rest, swapped])


def share_found(search, titles, rng, slips):
    """Share of titles that find their own code among the first five, words permuted and a long one misspelt."""
    hits = 0
    for title in titles:
        words = words_of(f"{title.title} {title.qualifier}")
        rng.shuffle(words)
        long = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
        if slips and long:
            at = rng.choice(long)
            words[at] = misspelt(words[at], rng)
        hits += title.soc in codes(search, " ".join(words), 5)
    return hits / len(titles)


def test_titles_find_their_own_code_in_any_order_and_misspelt(search, index_titles):
    rng = random.Random(SEED)
    titles = rng.sample(index_titles, SAMPLE)
    assert share_found(search, titles, rng, slips=False) >= LEAST_PERMUTED
    assert share_found(search, titles, rng, slips=True) >= LEAST_MISSPELT


@pytest.mark.long
def test_every_title_finds_its_own_code(search, index_titles):
    rng = random.Random(SEED)
    assert share_found(search, index_titles, rng, slips=False) >= 0.999
    assert share_found(search, index_titles, rng, slips=True) >= 0.997


def test_the_index_is_whole(index_titles):
    assert len(index_titles) == 28_748 - 227  # 227 titles are coded }}}}, "needs more information"
    assert len({title.soc for title in index_titles}) == 369


@pytest.mark.parametrize("text", ["", "   ", ",;-'", "’"])
def test_a_question_without_a_word_is_refused(search, text):
    with pytest.raises(EmptyQuery, match="no letter or digit"):
        search.find(text)


def test_odd_questions_are_answered_or_find_nothing(search):
    assert search.find("zzzzqqq") == []
    assert codes(search, "nurse " * 2_000_000)[0] == "2231"
    assert codes(search, "NURSE\u0301\x00 \ud83d")[0] == "2231"
    assert codes(search, "of the")  # words that say nothing are all there is
    assert len(search.find("manager", 3)) == 3


def test_threads_may_share_a_search(search):
    queries = [row["query"] for row in stored()]
    alone = [search.find(text) for text in queries]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(search.find, queries)) == alone
    assert not search.index.entries.flags.writeable


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Assistant, library", "Library assistant"),
        ("Nurse, children's, sick, registered", "Registered sick children's nurse"),
        ("Engineer, nos", "Engineer"),
        ("GP", "GP"),
        ("Nurse, ITU", "ITU nurse"),
        ("Solicitor of the Supreme Court", "Solicitor of the Supreme Court"),
    ],
)
def test_titles_are_told_in_the_order_of_speech(title, said):
    assert IndexTitle("0000", title).as_said == said


def test_scores_by_hand():
    groups = [Group("1000", "Food makers"), Group("2000", "Decorators")]
    titles = [IndexTitle("1000", "Baker, cake"), IndexTitle("2000", "Painter", "(signs)")]
    search = Search.of(groups, titles)
    (cake,) = search.find("cake")
    # Both words of the title are as rare, half of it was asked for: 0.62 + 0.38 / 2; one title adds 0.06 * 1 / (1 + 8).
    assert cake.matched == "Cake baker" and cake.score == pytest.approx(0.81 * (1 + 0.06 / 9), abs=1e-4)
    (painter,) = search.find("painter")
    # The whole title, 1; less for a qualifier that was not asked for.
    assert painter.matched == "Painter (signs)" and painter.score == pytest.approx(0.93 * (1 + 0.06 / 9), abs=1e-4)


def test_a_title_of_no_unit_group_is_refused():
    with pytest.raises(DataError, match="code 9999 is none of the 1 unit groups"):
        Search.of([Group("1000", "Bakers")], [IndexTitle("9999", "Ghost")])


def test_a_file_that_is_no_index_is_refused(index_file, tmp_path):
    cut = tmp_path / "search.npz"
    cut.write_bytes(index_file.read_bytes()[:100_000])
    for path in (cut, tmp_path / "none.npz"):
        with pytest.raises(DataError, match="Stage the release again"):
            Search.load(path)
