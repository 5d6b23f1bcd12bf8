"""Run the behaviours and print what was found: ``python -m behaviours [ID]... [--write]``."""

from __future__ import annotations

import argparse

from behaviours import behaviours, pages


def main() -> None:
    """Print each criterion with what was measured; write the pages if asked."""
    found = behaviours()
    reader = argparse.ArgumentParser(prog="python -m behaviours", description=__doc__)
    reader.add_argument("ids", nargs="*", metavar="ID", help="only these behaviours")
    reader.add_argument("--write", action="store_true", help="write docs/behaviours, of all of them")
    asked = reader.parse_args()
    if unknown := set(asked.ids) - {each.id for each in found}:
        reader.error(
            f"there is no behaviour {', '.join(sorted(unknown))}; there are {', '.join(each.id for each in found)}"
        )
    for behaviour in found:
        if asked.ids and not asked.write and behaviour.id not in asked.ids:
            continue
        print(f"\n{behaviour.id}: {behaviour.title}")
        for criterion, finding in zip(behaviour.criteria, behaviour.findings, strict=True):
            print(f"  {'holds' if finding.holds else 'FAILS'}  {criterion.text}: {finding.measured}", flush=True)
    judged = [finding.holds for each in found if not asked.ids or each.id in asked.ids for finding in each.findings]
    print(f"\n{sum(judged)} of {len(judged)} criteria hold")
    if asked.write:
        for path in pages.write(found):
            print(f"wrote {path}")


main()
