"""``python -m ranklsys.cli`` is the command ``ranklsys``."""

from ranklsys.cli import main

main()
