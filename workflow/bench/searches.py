"""The search for occupations: building, loading, questions with and without slips, memory, and the share that is found.

Every title of the index is asked for with its words permuted, as it is and with a slip in one long word; what counts is
whether its own unit group is among the first five. Times of questions are of the processor.
"""

import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles

from mobility.serve.search import IndexTitle, Search, prepare, read_groups, read_titles
from mobility.serve.search.words import words_of
from timing import ROOT, best

FOLDER = ROOT / "resources/classifications"
SEED, EVERY, FIRST, LONG = 2010, 10, 5, 5
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def measure(place: Path) -> dict:
    """Seconds of building and loading, milliseconds a question, megabytes, and shares found."""
    groups = read_groups(FOLDER / "soc2010_unit_group_texts.csv.gz")
    titles = read_titles(FOLDER / "soc2010_index_titles.csv.gz")
    path = place / "search.npz"
    building = best(lambda: prepare(groups, titles, path), repeats=1)
    search = Search.load(path)
    found = {
        "build_s": building,
        "load_s": best(lambda: Search.load(path)),
        "memory_mb": _memory(path),
        "index_mb": round(path.stat().st_size / 2**20, 2),
    }
    asked = titles[::EVERY]
    return {"search": found | {"permuted": _asked(search, asked, False), "misspelt": _asked(search, asked, True)}}


def _memory(path: Path) -> float:
    """Megabytes that a process of its own grows by when it loads the index and answers a question."""
    code = (
        "import sys, psutil\nfrom mobility.serve.search import Search\n"
        "def held(): return psutil.Process().memory_info().rss / 2**20\n"
        "before = held(); search = Search.load(sys.argv[1]); search.find('libary asistant'); print(held() - before)"
    )
    said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout
    return round(float(said), 1)


def _asked(search: Search, titles: list[IndexTitle], slips: bool) -> dict:
    rng = random.Random(SEED)
    times, hits = [], 0
    for title in titles:
        text = _question(title, rng, slips)
        started = time.process_time()
        answer = search.find(text, FIRST)
        times.append(1000 * (time.process_time() - started))
        hits += title.soc in [one.soc for one in answer]
    slowest = quantiles(times, n=100)[98]
    return {
        "titles": len(titles),
        "found_in_first_five": round(hits / len(titles), 4),
        "median_ms": round(median(times), 2),
        "p99_ms": round(slowest, 2),
    }


def _question(title: IndexTitle, rng: random.Random, slips: bool) -> str:
    words = words_of(f"{title.title} {title.qualifier}")
    rng.shuffle(words)
    long = [at for at, word in enumerate(words) if len(word) >= LONG and word.isalpha()]
    if slips and long:
        at = rng.choice(long)
        words[at] = _slip(words[at], rng)
    return " ".join(words)


def _slip(word: str, rng: random.Random) -> str:
    """A letter left out, put in, changed, or swapped with the next."""
    at, letter = rng.randrange(len(word) - 1), rng.choice(LETTERS)
    rest = word[at + 1 :]
    swapped = word[:at] + rest[0] + word[at] + rest[1:]
    return rng.choice([word[:at] + rest, word[:at] + letter + word[at:], word[:at] + letter + rest, swapped])
