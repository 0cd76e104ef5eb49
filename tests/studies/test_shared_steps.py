"""Steps that readings share: made once for the same answers, never where an answer that they asked for differs."""

from mobility.intake.losses import LossTable
from mobility.studies.shared import Shared


def recorder(shared, calls):
    def run(**choices):
        losses = LossTable()

        def inner(given):
            calls.append("inner")
            return given["a"]

        def outer(given):
            calls.append("outer")
            losses.rows.append({"step": given["b"]})
            return shared.made("inner", given, losses, inner) + given["b"]

        return shared.made("outer", choices, losses, outer), losses.rows

    return run


def test_a_step_is_made_anew_only_where_an_answer_that_it_asked_for_differs():
    calls = []
    run = recorder(Shared(), calls)
    assert run(a="1", b="2", c="3") == ("12", [{"step": "2"}])
    assert run(a="1", b="2", c="other") == ("12", [{"step": "2"}])  # nobody asked for c; the losses come again
    assert calls == ["outer", "inner"]
    assert run(a="1", b="9", c="3")[0] == "19"
    assert calls == ["outer", "inner", "outer"]  # the inner step asked for a alone


def test_a_step_rests_on_what_the_steps_inside_it_asked_for():
    calls = []
    run = recorder(Shared(), calls)
    run(a="1", b="2")
    run(a="1", b="9")  # its inner step is taken from the first reading
    assert run(a="5", b="9")[0] == "59"
