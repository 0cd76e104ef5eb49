"""Attack a run: `python workflow/bench/attack FOLDER THRESHOLD [STUDY ...]`; FOLDER holds results/ and reports/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from attack.report import attack_run

if __name__ == "__main__":
    folder, threshold, *studies = sys.argv[1:]
    rows = attack_run(Path(folder), Path(__file__).parents[3], int(threshold), studies)
    names = ("exact", "narrow", "rounded_narrow", "told", "contradictions")
    sys.exit(int(any(row[name] for row in rows for name in names)))
