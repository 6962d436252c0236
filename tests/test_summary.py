"""The sum at the end of tests/run: nothing that went wrong may hide in it."""

import pytest

import summary

PASSED = '<testcase name="good" status="run"/>'
FAILED = '<testcase name="bad" status="fail"><failure message="no"/></testcase>'
ERROR = '<testcase name="broken"><error message="no"/></testcase>'
SKIPPED = '<testcase name="absent"><skipped message="no network namespace"/></testcase>'
NOT_RUN = '<testcase name="absent" status="notrun"><skipped message="{}"/></testcase>'
SKIPPED_BY_CTEST = NOT_RUN.format("SKIP_REGULAR_EXPRESSION_MATCHED")
NOT_FOUND_BY_CTEST = NOT_RUN.format("Unable to find executable")


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the summary over steps of (exit status, JUnit cases or None); returns the exit code and the lines."""

    def summarise(*steps, strict=False):
        lines = []
        for number, (status, cases) in enumerate(steps):
            junit = "-"
            if cases is not None:
                junit = tmp_path / f"{number}.xml"
                junit.write_text(f"<testsuite>{cases}</testsuite>")
            lines.append(f"step{number}\t{status}\t{number}.log\t{junit}\n")
        (tmp_path / "steps.tsv").write_text("".join(lines))
        code = summary.main(tmp_path / "steps.tsv", strict)
        return code, capsys.readouterr().out.splitlines()

    return summarise


def test_passed_tests_of_all_steps_are_added(run):
    assert run((0, None), (0, PASSED * 2), (0, PASSED)) == (0, ["3 passed, 0 failed, 0 skipped"])


def test_a_failed_test_is_named_and_not_counted_twice(run):
    assert run((8, PASSED + FAILED)) == (1, ["FAILED   step0: bad", "1 passed, 1 failed, 0 skipped"])


def test_a_script_is_named_with_its_file_and_a_ctest_test_once(run):
    script = FAILED.replace("<testcase", '<testcase classname="tests.system.test_a"')
    unit = FAILED.replace("<testcase", '<testcase classname="bad"')
    assert run((1, script + unit))[1][:2] == ["FAILED   step0: tests.system.test_a.bad", "FAILED   step0: bad"]


def test_an_error_is_a_failure(run):
    assert run((1, PASSED + ERROR))[1][-1] == "1 passed, 1 failed, 0 skipped"


def test_a_step_that_fails_without_a_failed_test_is_a_failure_with_its_log(run):
    assert run((0, PASSED), (2, None)) == (1, ["FAILED   step1: see 1.log", "1 passed, 1 failed, 0 skipped"])
    assert run((1, PASSED))[1][-1] == "1 passed, 1 failed, 0 skipped"


def test_a_step_that_wrote_no_results_is_a_failure(run, tmp_path):
    (tmp_path / "table").write_text(f"unit\t139\tunit.log\t{tmp_path}/none.xml\n")
    assert summary.main(tmp_path / "table", strict=False) == 1


def test_results_that_cannot_be_read_are_a_failure(run):
    assert run((0, PASSED), (0, "<testcase"))[1][-1] == "1 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize("case", [SKIPPED, SKIPPED_BY_CTEST])
def test_a_skipped_test_is_named_and_forgiven(run, case):
    code, lines = run((0, PASSED + case))
    assert code == 0
    assert lines[0].startswith("skipped  step0: absent (")
    assert lines[-1] == "1 passed, 0 failed, 1 skipped"


@pytest.mark.parametrize("case", [SKIPPED, SKIPPED_BY_CTEST])
def test_a_skipped_test_is_a_failure_where_strict(run, case):
    code, lines = run((0, PASSED + case), strict=True)
    assert code == 1
    assert lines[0].startswith("FAILED   step0: absent (")
    assert lines[-1] == "1 passed, 1 failed, 0 skipped"


def test_a_program_that_ctest_does_not_find_is_a_failure(run):
    assert run((8, PASSED + NOT_FOUND_BY_CTEST))[1][-1] == "1 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize("steps", [[], [(0, None)], [(0, "")], [(0, SKIPPED)]])
def test_nothing_run_is_not_success(run, steps):
    code, lines = run(*steps)
    assert code == 1
    assert "No test ran." in lines


@pytest.mark.parametrize("reason", ["recordings are not here", "arm64 packages cannot be had", "amd64 packages cannot be had"])
def test_what_is_not_part_of_the_project_may_be_absent_even_where_strict(run, reason):
    absent = f'<testcase name="play"><skipped message="{reason}"/></testcase>'
    assert run((0, PASSED + absent), strict=True) == (
        0, [f"skipped  step0: play ({reason})", "1 passed, 0 failed, 1 skipped"])
    assert run((0, PASSED + absent.replace(reason, f"not that {reason}")), strict=True)[0] == 1


def test_a_program_with_a_file_of_its_own_is_counted_there(tmp_path):
    (tmp_path / "ctest.xml").write_text('<testsuite><testcase name="leap.1"/><testcase name="house"/></testsuite>')
    (tmp_path / "leap.1.xml").write_text('<testsuites><testsuite><testcase name="a" classname="Leap"/>'
                                         '<testcase name="b" classname="Leap"/></testsuite></testsuites>')
    assert summary.read_junit(tmp_path, "unit") == summary.Sum(passed=3)


def test_a_program_that_failed_is_named_whatever_it_wrote(tmp_path):
    (tmp_path / "ctest.xml").write_text('<testsuite><testcase name="leap.1"><failure/></testcase></testsuite>')
    (tmp_path / "leap.1.xml").write_text('<testsuites><testcase name="a" classname="Leap"/></testsuites>')
    assert summary.read_junit(tmp_path, "unit") == summary.Sum(passed=1, failed=["unit: leap.1"])
