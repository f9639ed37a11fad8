"""Collects checks and runs them in the order they were written. A failed check does not stop the others."""

import traceback

_checks = []


def check(sentence):
    """Registers a check: the sentence says what must hold."""

    def register(function):
        _checks.append((sentence, function))
        return function

    return register


def run_all(context):
    """Runs every check; True when all passed."""
    passed = failed = 0
    for sentence, function in _checks:
        try:
            function(context)
        except Exception:  # whatever goes wrong is this check's failure
            failed += 1
            print(f"not ok - {sentence}")
            print("    " + traceback.format_exc().replace("\n", "\n    "))
        else:
            passed += 1
            print(f"ok - {sentence}")
    print(f"{passed} passed, {failed} failed")
    return failed == 0


def raises(kind, function, code=None):
    """The error that a call must end with; its code if one is given."""
    try:
        function()
    except kind as error:
        if code is not None:
            assert error.code == code, f"expected {code}, got {error.code}"
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
