"""Type checkers pass over the code of README and the tutorials as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]
#: The official client has annotations, but does not declare them.
CONFIG = "[mypy]\nstrict = true\n[mypy-trophy.*]\nignore_missing_imports = true\n"


def code_of(page):
    """Return the blocks of Python of a page, one after the other."""
    return "\n".join(re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))


@pytest.mark.thorough
def test_mypy_passes_over_readme_and_the_tutorials(tmp_path):
    config = tmp_path / "mypy.ini"
    config.write_text(CONFIG, encoding="utf-8")
    files = [tmp_path / f"page_{page.stem.lower().replace('-', '_')}.py" for page in PAGES]
    for page, file in zip(PAGES, files, strict=True):
        file.write_text(code_of(page), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", f"--config-file={config}", f"--cache-dir={tmp_path / 'cache'}"]
    done = subprocess.run([*command, *map(str, files)], check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, f"Success: no issues found in {len(files)} source files\n"), (
        done.stdout
    )


@pytest.mark.parametrize("page", [PAGES[0], ROOT / "docs" / "tutorials" / "embed.md"], ids=lambda page: page.stem)
def test_their_code_needs_no_word_for_a_type_checker(page):
    assert not re.search(r"type: ignore|\bcast\(|is not None|isinstance", code_of(page))


@pytest.mark.thorough
def test_a_checker_knows_the_parameter_of_a_callback_and_refuses_a_wrong_name(tmp_path):
    file = tmp_path / "names.py"
    file.write_text(
        "from trophy_engine import Engine\n"
        'engine = Engine({"metrics": [{"key": "words"}]}, storage="save.db")\n'
        'engine.subscribe("metric.changed", lambda effect: effect.after + 1)\n'
        'engine.subscribe("metric.changed", lambda effect: effect.achievement)\n'
        'engine.subscribe("metric.change", print)\n'
        "Engine(3)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path / 'cache'}", str(file)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert [line.split(":")[1] for line in done.stdout.splitlines() if ": error:" in line] == ["4", "5", "6"]


def test_readme_prints_the_same_when_it_is_run_again(tmp_path):
    for _ in range(2):
        command = [sys.executable, "-c", code_of(PAGES[0])]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
        assert done.stdout == "unlocked: hundred\n120 1 A hundred words\n"


def test_the_tutorial_passes_again_on_its_own_save_file(tmp_path):
    [rules] = re.findall(r"```toml\n(.*?)```", (PAGES[1]).read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code_of(PAGES[1])], check=True, capture_output=True, cwd=tmp_path)
    assert (tmp_path / "save.db").exists()
