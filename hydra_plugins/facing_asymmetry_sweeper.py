"""Hydra's side of a sweep: it lists the jobs, and hands over to `facing_asymmetry.sweeps`.

Hydra takes sweepers from the package `hydra_plugins` only. Its own validates while it launches, launches what is
finished, and gives up all jobs with the first that raises; this one does none of that.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf, open_dict

from facing_asymmetry.classifiers.defences.variants import with_defences
from facing_asymmetry.core.console import say
from facing_asymmetry.runs.current_command import current

if TYPE_CHECKING:
    from facing_asymmetry.runs.sweep import Session

log = logging.getLogger("facing_asymmetry.sweeps")


class StudySweeper(BasicSweeper):
    """Grid sweep over checked jobs that are not finished yet.

    Args:
        max_batch_size: jobs launched at once; `params`: sweeps that are always made, as in Hydra's own sweeper.
    """

    def sweep(self, arguments: list[str]) -> None:
        """Check all jobs, launch those with work left, wait until none of them runs any more.

        Raises:
            ConfigError: before anything is launched, naming the job and the key.
        """
        from facing_asymmetry.runs.sweep import Session

        assert self.hydra_context is not None
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        overrides = parser.parse_overrides([*self._parse_config(), *arguments])
        swept = {o.get_key_element() for o in overrides if o.is_sweep_override()}
        [combinations] = self.split_arguments(overrides, None)
        jobs, asked = [], []
        for job, choice, composed in (one for each in combinations for one in self._heads_of(each)):
            jobs.append(job)
            asked.append((tuple(o for o in job if o.partition("=")[0] in swept or o == choice), composed))
        session = current().session = Session(current().stage, current().command)
        todo = session.plan(asked, elsewhere=type(self.launcher).__name__ == "SlurmLauncher")
        if session.dry_run:
            self._count(session, todo)
        elif todo:
            say(session.opening_summary())
            launched = 0
            for chunk in self.split_overrides_to_chunks(
                [[*jobs[n], *session.grouped(n)] for n in todo], self.max_batch_size
            ):
                self._launch(chunk, launched)
                launched += len(chunk)

    def _heads_of(self, job: list[str]) -> Iterator[tuple[list[str], str, dict[str, Any]]]:
        """A job for each head: its overrides, the one that chooses the head where there are several, its settings."""
        from facing_asymmetry.runs.each_head import of_each_head, overrides_of

        composed = self._composed(job)
        heads = composed.get("face_models")
        if not isinstance(heads, dict) or len(heads) < 2:
            yield job, "", composed
            return
        for choice, one in of_each_head(composed):
            yield overrides_of(choice, job), choice, one

    def _composed(self, job: list[str]) -> dict[str, Any]:
        assert self.hydra_context is not None
        assert self.config is not None
        composed = self.hydra_context.config_loader.load_sweep_config(self.config, job)
        with open_dict(composed):
            del composed["hydra"]
        return with_defences(OmegaConf.to_container(composed, resolve=True))  # type: ignore[arg-type]

    def _launch(self, jobs: list[list[str]], first: int) -> None:
        from facing_asymmetry.runs.slurm import wait_for_the_rest

        assert self.launcher is not None
        assert self.config is not None
        place = Path(self.config.hydra.sweep.dir)
        place.mkdir(parents=True, exist_ok=True)
        try:
            self.launcher.launch(jobs, initial_job_idx=first)
        except Exception as error:
            # a launcher raises for the first job that was killed, while others may still run
            log.warning("a job was lost (%s); waiting for the others", str(error).strip().splitlines()[0][:200])
            wait_for_the_rest(place / ".submitit")

    def _count(self, session: "Session", todo: list[int]) -> None:
        from facing_asymmetry.runs.sweep import sweep_summary

        assert self.config is not None
        launcher = OmegaConf.to_container(self.config.hydra.launcher, resolve=True)
        say(sweep_summary(session.jobs, todo, launcher))  # type: ignore[arg-type]


class Aggregate(Callback):
    """Builds the table and the report over all jobs at the end of a multirun."""

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """Hydra calls this once all jobs have returned; `StudySweeper` sees to it that they do."""
        session = current().session
        if session is not None and not session.dry_run:
            session.aggregate()
