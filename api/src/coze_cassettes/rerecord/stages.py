"""The stages of a run after the consent: record, inspect, compare, replay, swap, each test decided by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from coze_cassettes.cassette import format as cassette_format
from coze_cassettes.cassette import provenance, store
from coze_cassettes.cassette.model import Cassette
from coze_cassettes.cassette.provenance import STAND_IN
from coze_cassettes.errors import CassetteError, InvalidCassette
from coze_cassettes.pluralize import pluralize
from coze_cassettes.rerecord import leaks, processes, pytest_events, staging
from coze_cassettes.rerecord.options import Options, Reporter, without_coze
from coze_cassettes.rerecord.outcome import Collected, Decision, Failure, Outcome, Verdict, decide, fail, others
from coze_cassettes.rerecord.plan import Plan
from coze_cassettes.rerecord.signals import defer_signals_context
from coze_cassettes.scrubbing.environment import BASE, configured_values
from coze_cassettes.session.limits import as_environment

NOT_REPLAYED: Final = "it does not replay: "


@dataclass(frozen=True)
class Stages:
    """What a run works on; below ``staged`` there is ``recorded``, what pytest wrote, and a folder for each replay."""

    options: Options
    environment: Mapping[str, str]
    plan: Plan
    collected: Collected
    staged: staging.Staging
    reporter: Reporter

    @property
    def recorded(self) -> Path:
        """The folder that is recorded into."""
        return self.staged.recorded

    def verdict(self) -> Verdict:
        """Records, inspects, compares, replays and swaps; what fails a test or a cassette concerns no other."""
        result = self._record()
        left_out = tuple((event.test, event.detail) for event in result.events if event.outcome == "skipped")
        if result.problem:
            return Verdict(left_out=left_out, failures=(Failure(result.problem),))
        failures = [*_failures(result), *self._untried_failures(result)]
        try:
            failures += self._inspect(self.recorded, names(self.recorded))
            failures += [*self._remove_others(self.recorded), *self._unapplied_changes()]
        except CassetteError as error:  # a server that is gone cannot say what must not be in them
            return Verdict(left_out=left_out, failures=(*failures, Failure(str(error))))
        decisions = self._decide(result, failures)
        decisions, broken = self._replay(decisions, left_out)
        failures += broken
        self._discard(failures)
        decisions += others(names(self.options.cassettes), [each.file for each in decisions], self.collected)
        swapped = not (self.options.check or (failures and self.options.all_or_nothing))
        if swapped:
            self._swap(decisions)
        self.staged.done = not failures
        return Verdict(tuple(decisions), left_out, tuple(failures), swapped=swapped)

    # recording

    def _record(self) -> processes.PytestResult:
        """Records what an interrupted run has not recorded already."""
        earlier = [
            test.id for test in self.plan.tests if test.cassette in self.staged.earlier and not test.shares_cassette
        ]
        if len(earlier) == len(self.plan.tests):
            return processes.PytestResult()
        self.reporter.stage("recording", len(self.plan.tests) - len(earlier))
        target = self.plan.target
        arguments = ("--record-mode=all", f"--cassettes-dir={self.recorded}", f"--recorded-from={target.provenance}")
        environment = {**self.environment, **as_environment(self.plan.limits), BASE: target.url}
        if provenance.is_loopback(target.url):
            environment = {**environment, **_no_proxy(environment)}
        outages = self.plan.limits.max_failures
        brief = ("--tb=no", "--show-capture=no", "--maxfail=0", f"{pytest_events.MAX_OUTAGES}={outages}")
        return self._pytest((*arguments, *brief), environment, earlier)

    def _inspect(self, folder: Path, files: Iterable[str]) -> list[Failure]:
        """What the inspector finds in some cassettes, or what the stand-in's own list of its canaries does."""
        self.reporter.stage("inspecting", 0)
        values = configured_values(self.environment).placeholders
        target = self.plan.target
        canaries = leaks.canaries_of(target.url) if target.provenance == STAND_IN else ()
        found = []
        for name in files:
            path = folder / name
            findings = leaks.inspect_file(path, values, self.options.allow_opaque)
            found += [Failure(str(finding), file=name) for finding in findings]
            found += [
                Failure(f"a canary ({kind}) is still in it", file=name) for kind in leaks.canaries_in(path, canaries)
            ]
        return found

    def _remove_others(self, folder: Path) -> list[Failure]:
        """A failure for each file that is not a cassette; it is gone afterwards."""
        found = []
        for path in [path for path in folder.rglob("*") if path.is_file() and path.suffix != store.SUFFIX]:
            found.append(Failure("not a cassette, and not expected here", file=path.name))
            path.unlink()
        return found

    def _untried_failures(self, result: processes.PytestResult) -> list[Failure]:
        """The tests to which a run did not come that ended before its time."""
        recorded = self.staged.earlier
        expected = [test for test in self.plan.tests if test.shares_cassette or test.cassette not in recorded]
        if count := len(expected) - len(result.events):
            return [
                Failure(f"{pluralize(count, 'test was', 'tests were')} not tried after that: run the command again.")
            ]
        return []

    def _unapplied_changes(self) -> list[Failure]:
        """The changes of the stand-in's API that no answer showed, so that nothing can be said of them."""
        if not self.options.changes:
            return []
        applied = leaks.applied_changes(self.plan.target.url)
        return [
            Failure(f"--change {change}: no answer to these tests has this field, so nothing was changed.")
            for change, was_applied in zip(self.options.changes, applied, strict=True)
            if not was_applied
        ]

    # comparing

    def _decide(self, result: processes.PytestResult, failures: Sequence[Failure]) -> list[Decision]:
        self.reporter.stage("comparing", 0)
        failed = {each.file for each in failures if each.file}
        recordings = {event.cassette: event.recording for event in result.events if event.recording}
        found = names(self.recorded)
        sound = [decide(file, *self._pair(file)) for file in found if file not in failed]
        return sound + [
            self._failed_decision(file, recordings.get(file, "")) for file in sorted(failed) if file in self._known
        ]

    @property
    def _known(self) -> frozenset[str]:
        return frozenset(test.cassette for test in self.plan.tests)

    def _pair(self, file: str) -> tuple[Cassette | None, Cassette, str]:
        old, damage = self._read_committed(file)
        return old, store.read(self.recorded / file), damage

    def _failed_decision(self, file: str, recording: str) -> Decision:
        path = self.recorded / file
        new = cassette_format.loads(recording) if recording else store.read(path) if path.exists() else None
        return fail(file, self._read_committed(file)[0], new)

    def _read_committed(self, file: str) -> tuple[Cassette | None, str]:
        """The committed cassette, and what is wrong with its file; no cassette if it cannot be read or is not there."""
        path = self.options.cassettes / file
        if not path.exists():
            return None, ""
        try:
            cassette = store.read(path)
        except InvalidCassette as error:
            return None, str(error).removeprefix(f"{path}: ")
        is_exact = cassette_format.is_exact(path.read_bytes().decode(), cassette)
        return cassette, "" if is_exact else "the file is not written as the toolkit writes it"

    # replaying

    def _replay(
        self, decisions: Sequence[Decision], left_out: Sequence[tuple[str, str]]
    ) -> tuple[list[Decision], list[Failure]]:
        """Replays what will stand; a rebased cassette that does not replay is tried again as it was recorded."""
        sound = [each for each in decisions if each.outcome is not Outcome.FAILED]
        if not sound:
            return list(decisions), []
        edited = {each.file for each in sound if each.outcome is Outcome.CHANGED}
        folder = self._complete("replay", [each.file for each in sound], left_out)
        for each in sound:
            if each.file in edited:
                store.write(folder / each.file, _cassette(each))
        unclean = {each.file for each in self._inspect(folder, sorted(edited))} if edited else set()
        failures = self._play(folder, decisions, left_out)
        again = (unclean | {each.file for each in failures}) & edited
        decisions = [self._as_recorded(each) if each.file in again else each for each in decisions]
        if again:
            failures = [each for each in failures if each.file not in again]
            folder = self._complete("replay-as-recorded", sorted(again), ())
            failures += self._play(folder, decisions, left_out, only=again)
        if any(not each.file for each in failures):  # pytest itself broke: nothing has been proved
            return [fail(each.file, None, None) for each in decisions], failures
        broken = {each.file for each in failures}
        return [replace(each, outcome=Outcome.FAILED) if each.file in broken else each for each in decisions], failures

    def _complete(self, name: str, files: Iterable[str], left_out: Sequence[tuple[str, str]]) -> Path:
        """A folder to replay from: recorded cassettes, and the committed ones of tests that were left out."""
        folder = self.staged.folder / name
        borrowed = [file for file in self._files_of(left_out) if file and self._read_committed(file)[0] is not None]
        for source, file in [(self.options.cassettes, each) for each in borrowed] + [(self.recorded, f) for f in files]:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, target)
        return folder

    def _files_of(self, left_out: Sequence[tuple[str, str]]) -> list[str]:
        files = {test.id: test.cassette for test in self.plan.tests}
        return [files.get(test, "") for test, _ in left_out]

    def _play(
        self,
        folder: Path,
        decisions: Sequence[Decision],
        left_out: Sequence[tuple[str, str]],
        only: frozenset[str] | set[str] = frozenset(),
    ) -> list[Failure]:
        """Replays a folder with the network blocked, without the tests that have failed already."""
        failed = {each.file for each in decisions if each.outcome is Outcome.FAILED}
        out = [
            test.id
            for test in self.plan.tests
            if test.cassette in failed or not (folder / test.cassette).exists() or (only and test.cassette not in only)
        ]
        skipped = {test for test, _ in left_out} & set(out)
        self.reporter.stage("replaying", len(self.plan.tests) - len(out))
        arguments = ("--record-mode=none", f"--cassettes-dir={folder}", "--tb=no")
        result = self._pytest(arguments, without_coze(self.environment), [*out, *skipped])
        if result.problem:
            return [Failure(f"{NOT_REPLAYED}{result.problem}")]
        return [replace(each, reason=NOT_REPLAYED + each.reason) for each in _failures(result)]

    def _as_recorded(self, decision: Decision) -> Decision:
        """A changed cassette with numbers and values of its own."""
        return replace(decision, cassette=store.read(self.recorded / decision.file))

    # the end

    def _discard(self, failures: Iterable[Failure]) -> None:
        """Removes what is not fit to be gone on with."""
        for each in failures:
            if each.file:
                (self.recorded / each.file).unlink(missing_ok=True)

    def _swap(self, decisions: Sequence[Decision]) -> None:
        """Puts the new files in place; a signal that comes meanwhile comes too late."""
        with defer_signals_context(forget=True):
            staging.swap(
                self.options.cassettes, [(each.file, _text(each)) for each in Verdict(tuple(decisions)).written]
            )

    def _pytest(
        self, arguments: Sequence[str], environment: Mapping[str, str], left_out: Sequence[str]
    ) -> processes.PytestResult:
        redact = leaks.redactor(configured_values(self.environment).placeholders)
        if left_out:
            file = self.staged.folder / "left-out.txt"
            store.write_text(file, "\n".join(left_out))
            arguments = (*arguments, f"{pytest_events.LEAVE_OUT}={file}")
        suite = self.options.suite.narrow(test.id for test in self.plan.tests)
        return processes.run_pytest(suite, arguments, environment, self.reporter.test, redact)


def _failures(result: processes.PytestResult) -> list[Failure]:
    return [Failure(event.detail, event.test, event.cassette) for event in result.events if event.outcome == "failed"]


def _cassette(decision: Decision) -> Cassette:
    if decision.cassette is None:
        raise CassetteError(f"{decision.file}: there is nothing to write; this is a defect of the toolkit")
    return decision.cassette


def _text(decision: Decision) -> str:
    return cassette_format.dumps(store.seal(_cassette(decision)))


def names(folder: Path) -> list[str]:
    """The cassettes of a folder, named below it."""
    return [path.relative_to(folder).as_posix() for path in store.files(folder)]


def _no_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Keeps the way to this machine free of proxies."""
    value = ",".join(filter(None, (environment.get("NO_PROXY"), "127.0.0.1", "localhost")))
    return {"NO_PROXY": value, "no_proxy": value}
