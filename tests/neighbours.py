"""Many worlds beside each other in one program, so that one run decides all of them.

A run costs the same for one world as for a hundred, nearly. The worlds share the instants of their
runs: `neighbours` gives each its own names, lines and numbers, so that what the oracle says of one
alone must come out of the program that has all of them. Of the others a world needs their settings
only: a call on nobody's line waits for the slowest campaign of all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from oracle import CampaignSettings, ProgramSettings, World
from worlds import FILLERS, NUMBERS, STRANGER, random_beat, random_neighbour

HASHED = {sha256(number.encode()).hexdigest(): number for number in (*NUMBERS, STRANGER)}


def neighbours(seed: int, count: int) -> list[World]:
    """The same worlds for the same seed and count."""
    beat = random_beat(f"{seed} beat")
    worlds = [
        OwnNames(place).world(random_neighbour(f"{seed} neighbour {place}", beat))
        for place in range(count)
    ]
    for world in worlds:
        world.beside = [each.settings for each in worlds if each is not world]
    return worlds


class OwnNames:
    """Names for what a world calls its own, that no other place has."""

    def __init__(self, place: int) -> None:
        self.mark = f"{place:03}"

    def name(self, name: str) -> str:
        return f"{self.mark}-{name}"

    def number(self, number: str) -> str:
        return f"{number}{self.mark}"

    def world(self, world: World) -> World:
        for each in world.records:
            assert each.attempt_key is None or each.attempt_key.startswith("dial|")
        return World(
            settings=[(at, self.rules(rules)) for at, rules in world.settings],
            records=[
                replace(
                    record,
                    source=self.name(record.source),
                    number=_if_any(self.number, record.number),
                    dialled_number=_if_any(self.number, record.dialled_number),
                    queue=_if_any(self.name, record.queue),
                    menu=_if_any(self.name, record.menu),
                    attempt_key=_if_any(self.key, record.attempt_key),
                )
                for record in world.records
            ],
            runs=world.runs,
            directory=[
                (at, [(self.name(row[0]), self.number(row[1])) for row in rows if self.has(row)])
                for at, rows in world.directory
            ],
            do_not_call=[
                (at, [self.entry(entry) for entry in entries]) for at, entries in world.do_not_call
            ],
            hand_closings=[
                (at, self.name(campaign), self.number(number))
                for at, campaign, number in world.hand_closings
            ],
            pauses=[
                (begin, end, self.name(campaign))
                for begin, end, which in world.pauses
                for campaign in ([which] if which else ("billing", "support"))
            ],
            outages=world.outages,
            operator_lines=[
                replace(
                    line,
                    source=self.name(line.source),
                    queue=line.queue if line.queue == "NONE" else self.name(line.queue),
                    member=line.member if line.member == "NONE" else self.name(line.member),
                )
                for line in world.operator_lines
            ],
            zones={self.number(number): zones for number, zones in world.zones.items()},
        )

    def has(self, row: tuple[str, str]) -> bool:
        """The contacts that only fill a directory stand in one place."""
        return row not in FILLERS or self.mark == "000"

    def rules(self, rules: ProgramSettings) -> ProgramSettings:
        return replace(rules, campaigns=tuple(map(self.campaign, rules.campaigns)))

    def campaign(self, campaign: CampaignSettings) -> CampaignSettings:
        lines, queues, menus = campaign.dialled_numbers, campaign.queues, campaign.menus
        if campaign.shared_telephony:
            assert queues or menus
        else:
            assert lines is not None
        return replace(
            campaign,
            name=self.name(campaign.name),
            dialled_numbers=None if lines is None else frozenset(map(self.number, lines)),
            queues=None if queues is None else frozenset(map(self.name, queues)),
            menus=None if menus is None else frozenset(map(self.name, menus)),
            hold_without_operators_in=tuple(map(self.name, campaign.hold_without_operators_in)),
        )

    def key(self, key: str) -> str:
        """A command key holds campaign, number and source, each escaped; one of others does not."""
        kind, campaign, *others = key.split("|")
        if len(others) < 3:
            return key
        number, call, attempt = others
        return "|".join((kind, self.name(campaign), self.number(number), self.name(call), attempt))

    def entry(self, entry: str) -> str:
        if entry in HASHED:
            return sha256(self.number(HASHED[entry]).encode()).hexdigest()
        return self.number(entry)


def _if_any(rename: Callable[[str], str], name: str | None) -> str | None:
    return None if name is None else rename(name)
