"""What was noted while data were read, as a reader sees it."""

from mobility.render.reading_notes import joined

ABSENT = "no column pwt20 (weight_2020){}; it is optional and treated as not asked"


def test_what_holds_of_several_waves_is_said_once_whatever_name_came_nearest():
    notes = [
        f"wave {wave}: {ABSENT.format(near)}" for wave, near in (("a", "; nearest: pwt14"), ("c", "; nearest: pwt18"))
    ]
    assert joined([notes[0], "By hand.", notes[1]]) == (f"2 waves, a to c: {ABSENT.format('')}", "By hand.")


def test_a_note_on_one_wave_and_one_on_none_stay_as_they_are():
    assert joined(["wave b: no file x", "The file was shortened."]) == ("wave b: no file x", "The file was shortened.")
    assert joined([]) == ()
