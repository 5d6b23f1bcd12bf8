"""The tutorial typed for real: by somebody who has the wheels of ranklsys in an environment of their own, and no repository.

``python -m tests.stranger BIN WHEELS`` follows docs/tutorial.md in an empty folder. BIN holds the programs of the environment,
WHEELS the wheels that ``pip`` may take besides what it finds elsewhere. What commands print is compared with the page, as in
the tests. Then the plugin is composed with a cell line and with denosumab, and the SBML is run by COPASI.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.pages import blocks, compare, typed

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"
PLUGIN = "cathepsin-k-inhibitor"
DOSE = f"{PLUGIN} 50 mg po q1w"
AFTERWARDS = (
    f'ranklsys compose mouse mda-mb-231 {PLUGIN} --dose "{DOSE}" -o mouse.xml',
    f'ranklsys agree mouse mda-mb-231 {PLUGIN} --dose "{DOSE}" --until 25d',
    f'ranklsys agree human patient-breast denosumab {PLUGIN} --dose "{DOSE}; denosumab 120 mg sc q4w" --until 26w',
)
PROOF = f"""
import ranklsys as rk
assert "site-packages" in rk.__file__, f"ranklsys comes from {{rk.__file__}}"
model = rk.compose("human", "{PLUGIN}")
given, bare = (model.simulate("26 w", doses=doses).mean() for doses in ("{DOSE}", ()))
change = given / bare
assert change["CTX"] < 0.7 and change["osteoclasts"] >= 1, change[["CTX", "osteoclasts"]]
print(f"mean over 26 weeks, of untreated: CTX {{change['CTX']:.2f}}, osteoclasts {{change['osteoclasts']:.2f}}")
"""


@dataclass
class Stranger:
    """Somebody at a shell: the folder that they are in, and their environment."""

    folder: Path
    env: dict[str, str]

    def write(self, name: str, text: str) -> None:
        """Save a file of the page."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def type(self, command: str, *, fails: bool = False) -> list[str]:
        """Run a command in a shell and return the lines that it prints, or those of its error."""
        print(f"$ {command}", flush=True)
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return []
        run = subprocess.run(
            command, shell=True, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )
        assert (run.returncode != 0) == fails, f"{command}\n{run.stdout}\n{run.stderr}"
        return (run.stderr if fails else run.stdout).splitlines()


def main(bin: str, wheels: str) -> None:
    """Follow the tutorial, then compose its plugin with others and compare COPASI."""
    with tempfile.TemporaryDirectory() as home:
        path = f"{Path(bin).resolve()}{os.pathsep}{os.environ['PATH']}"
        kept = {
            name: text for name, text in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV", "PYTHON"))
        }
        kept |= {"PATH": path, "PIP_FIND_LINKS": str(Path(wheels).resolve()), "XDG_CACHE_HOME": f"{home}/cache"}
        stranger = Stranger(Path(home), kept)
        for block in blocks(TUTORIAL):
            if block.file:
                stranger.write(block.file, block.text)
            elif block.language == "console":
                for command, shown in typed(block.text):
                    said = stranger.type(command, fails=any(line.startswith("error: ") for line in shown))
                    if shown:
                        compare(shown, said, command)
        for command in AFTERWARDS:
            print(*stranger.type(command)[:1], sep="\n")
        stranger.write("proof.py", PROOF)
        print(*stranger.type("python proof.py"), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
