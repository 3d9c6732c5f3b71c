"""Every setting of a run: its type, range, default, and one sentence about it. `conf/` holds the values.

The classes work without Hydra. Values that are wrong raise `ConfigError` with the dotted key when an object is made,
before anything is computed. Classifiers and interventions are checked by their own registries.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from annotated_types import Unit
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictFloat, StrictInt

from facing_asymmetry.core.emotions import ALL_EMOTIONS, BASIC, NEUTRAL
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.core.names import Name
from facing_asymmetry.core.settings import schema, validated

Count = Annotated[StrictInt, Field(ge=1)]
Index = Annotated[StrictInt, Field(ge=0)]
Seed = Annotated[StrictInt, Field(ge=0, lt=2**63)]
Positive = Annotated[StrictFloat, Field(gt=0)]
NotNegative = Annotated[StrictFloat, Field(ge=0)]
Share = Annotated[StrictFloat, Field(gt=0, le=1)]
Level = Annotated[StrictFloat, Field(gt=0, lt=1)]
QuarterTurn = Annotated[StrictFloat, Field(ge=-90, le=90), Unit("degrees")]
HalfTurn = Annotated[StrictFloat, Field(ge=-180, le=180), Unit("degrees")]
_Light = Annotated[StrictFloat, Field(ge=0, le=10)]
_Channel = Annotated[StrictFloat, Field(ge=0, le=1)]
Light = tuple[_Light, _Light, _Light]
Colour = tuple[_Channel, _Channel, _Channel]

PHOTOGRAPHS: Final = "photographs"
"""The face model that is no head: people on photographs."""

Defence = Literal["none", "flip_average", "stronger_half", "gate"]
"""How the logits of several views of a picture are combined; none: the picture alone counts."""

UNDEFENDED: Final[Defence] = "none"

HEADS: Final = ("makehuman", "flame", "ict", PHOTOGRAPHS)
RENDERER_NAMES: Final = ("fast", "host", "pytorch3d", "torch")
"""Face models and renderers of the package; one of another name is the user's own."""

PHOTOGRAPHED: Final = "photographed"
"""The kind of their expressions."""

Runtime = Literal["torch", "openvino", "onnxruntime"]
"""What can run a network forwards."""

FURTHER_NODES: Final = 6
"""Most values of s, and of t, in the contact sheets of further identities and interventions."""


CLAIM_PIXELS, CLAIM_SUPERSAMPLE = 224, 2
"""Smallest pictures, and fewest sub-pixels per axis, that a claim may rest on."""

SCREENING: Final = (
    f"Screening: not a claim. Claims need pictures of {CLAIM_PIXELS} px or more with {CLAIM_SUPERSAMPLE} x "
    f"{CLAIM_SUPERSAMPLE} samples a pixel or more, and statistics.screening=false; coarser ones move a slope by some "
    "per cent of its interval. The numbers say where to look."
)
"""What a screening run says of itself."""

LARGEST_WEIGHT: Final = 5
MOST_POINTS: Final = 1000
MOST_IDENTITIES: Final = 100_000


def _points(value: Any) -> Any:
    items = value if isinstance(value, list | tuple) else [value]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in items)
    if not numbers or isinstance(value, float):
        raise ValueError("write a number of points, or the values: [0, 0.5, 1]")
    if len(items) > MOST_POINTS or (items == [value] and value > MOST_POINTS):
        raise ValueError(f"at most {MOST_POINTS:,} points are possible")
    return value


def _distinct(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("name none twice")
    return values


Weight = Annotated[StrictFloat, Field(ge=-LARGEST_WEIGHT, le=LARGEST_WEIGHT)]
Points = Annotated[StrictInt | list[StrictFloat], BeforeValidator(_points)]


@schema("face_models")
class FaceModelConfig:
    """`conf/face_model`: a parametric head, or photographs of people that a fitted one moves."""

    name: Name = Field(
        default="makehuman",
        description="The face model: `makehuman`; `flame` and `ict` need a file that you import first, `photographs` a "
        "folder; any other name is that of your own.",
    )
    class_: str = Field(default="", alias="class", description="Of your own: `module:Class` (docs/own_parts.md).")
    kind: str = Field(default="", description="Of your own, in place of `class`: what an installed package offers.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="What your own is made with, by name.")
    half_width_mm: Annotated[Positive, Unit("millimetres")] = Field(
        default=4.0, description="Half-width of the sigmoid that blends the two sides at the midline, in millimetres."
    )


@schema("photographs")
class PhotographSettings:
    """`conf/photographs`: what `face_model=photographs` shows, and which photographs it leaves out."""

    folder: str = Field(
        default="",
        description="Folder GROUP/EMOTION/SUBJECT[_...].jpg, a CSV with the columns path, group, emotion, subject, or "
        "`demonstration`.",
    )
    head: Literal["makehuman", "ict", "flame"] = Field(
        default="makehuman", description="Face model that is fitted to each photograph and moves it."
    )
    label: Literal["known", "unknown"] = Field(
        default="known", description="Whether the fit may use the emotion that the photograph is filed under."
    )
    furrows: StrictBool = Field(default=True, description="Soften furrows where the face relaxes.")
    largest_residual: Annotated[Positive, Unit("per cent of the distance between the eyes")] = Field(
        default=3.0, description="Residual of a fit, in per cent of the distance between the eyes, that is still used."
    )
    largest_yaw: Annotated[StrictFloat, Field(ge=0, le=45), Unit("degrees")] = Field(
        default=15.0, description="Degrees that a head may be turned to one side."
    )
    least_displacement: Annotated[NotNegative, Unit("per cent of the distance between the eyes")] = Field(
        default=4.0,
        description="Smallest expression that is used: its largest movement, in per cent of the eyes' distance.",
    )


@schema("renderer")
class RendererConfig:
    """`conf/renderer`: what turns a face into an image."""

    name: Name = Field(
        default="fast",
        description="`fast`, `host`, `pytorch3d` or `torch`, which draw the same image; any other name is that of your "
        "own.",
    )
    class_: str = Field(default="", alias="class", description="Of your own: `module:Class` (docs/own_parts.md).")
    kind: str = Field(default="", description="Of your own, in place of `class`: what an installed package offers.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="What your own is made with, by name.")


@schema("scene.lights")
class Lights:
    """A portrait rig: one key light in the middle, a pair of fill lights, ambient light of a hemisphere.

    Colours are red, green and blue in linear light, times the intensity.
    """

    key_elevation: QuarterTurn = Field(
        default=32.0, description="Degrees of the key light above the horizon, in the plane x = 0."
    )
    key: Light = Field(default=(0.74, 0.715, 0.69), description="Colour of the key light.")
    fill_azimuth: HalfTurn = Field(
        default=58.0, description="Degrees of the fill lights to the left and right of the camera."
    )
    fill_elevation: QuarterTurn = Field(default=14.0, description="Degrees of the fill lights above the horizon.")
    fill: Light = Field(default=(0.21, 0.215, 0.225), description="Colour of each of the two fill lights.")
    sky: Light = Field(default=(0.33, 0.335, 0.345), description="Ambient light from above.")
    ground: Light = Field(default=(0.15, 0.135, 0.125), description="Ambient light from below.")
    azimuth: HalfTurn = Field(
        default=0.0,
        description="Degrees by which key and fills are turned to the person's left; all but 0 break the symmetry.",
    )
    wrap: Light = Field(
        default=(0.38, 0.24, 0.20),
        description="How far the light of each colour reaches round the face (soft terminator of skin).",
    )


@schema("scene")
class Scene:
    """`conf/scene`: camera, lights and background, which stay fixed while a face moves.

    `rendering.contract` defines the image that every renderer draws of it.
    """

    image_size: Annotated[StrictInt, Field(ge=8, le=2048), Unit("pixels")] = Field(
        default=224, description="Side of the square image, in pixels."
    )
    supersample: Annotated[StrictInt, Field(ge=1, le=4)] = Field(
        default=2, description="Sub-pixels per pixel and axis."
    )
    distance: Annotated[StrictFloat, Field(ge=0.3, le=10), Unit("metres")] = Field(
        default=0.9, description="Metres from the camera to the centre of the face (0.9: a portrait's perspective)."
    )
    yaw: QuarterTurn = Field(default=0.0, description="Degrees that the head is turned to the person's left.")
    zoom: Annotated[StrictFloat, Field(ge=0.1, le=10)] = Field(
        default=1.0, description="Size of the face in the image, as a multiple of the study's framing."
    )
    blur: Annotated[StrictFloat, Field(ge=0, le=64), Unit("pixels")] = Field(
        default=0.0, description="Standard deviation of the Gaussian blur, in pixels."
    )
    lights: Lights = Field(default_factory=Lights, description="The lights.")
    background: Colour = Field(default=(0.62, 0.64, 0.66), description="Colour behind the face, sRGB.")

    @property
    def coarse(self) -> bool:
        """Whether its pictures are for screening only: smaller, or of fewer samples, than a claim needs."""
        return self.image_size < CLAIM_PIXELS or self.supersample < CLAIM_SUPERSAMPLE

    def __post_init__(self) -> None:
        if self.samples > 4096:
            raise ConfigError(f"scene.supersample = {self.supersample}; it must be at most 4096 / image_size")
        if self.samples % 2:
            raise ConfigError(
                f"scene.image_size = {self.image_size}; it must be even, or supersample even: else samples lie on the "
                "midline"
            )

    @property
    def samples(self) -> int:
        """Side of the sub-pixel grid."""
        return self.image_size * self.supersample


@schema("classifier")
class ClassifierSettings:
    """`classifier` in `conf/config.yaml`: what all classifiers under test share."""

    runtime: Runtime = Field(
        default="torch",
        description="What runs the networks over the grid: `openvino` and `onnxruntime` take 0.4 to 0.95 of torch's "
        "processor time for most networks (docs/benchmarks/runtimes.md). Expressions are always searched in torch, for "
        "the gradient. `++classifiers.NAME.runtime` chooses for one network.",
    )


@schema("expression.optimiser")
class OptimiserSettings:
    """How an expression is searched for."""

    steps: Count = Field(default=30, description="Most iterations of a search.")
    rate: Positive = Field(default=0.08, description="Adam's step, in blendshape weights.")
    restarts: Count = Field(default=1, description="Starting points per emotion; the first is the authored expression.")
    prior: StrictFloat = Field(
        default=0.15, description="Weight of the squared distance to the authored FACS expression in the loss."
    )
    size: StrictFloat = Field(default=0.01, description="Weight of the sum of the blendshape weights in the loss.")
    overdrive: StrictFloat = Field(
        default=1.0, description="Multiple of its plausible bound that a blendshape weight may reach."
    )
    patience: Count = Field(default=5, description="Iterations without progress after which a search stops.")
    tolerance: StrictFloat = Field(default=0.01, description="What counts as progress, in loss.")
    satisfied: Share = Field(
        default=0.95,
        description="Probability (least over the fitted identities) at which a search stops: beyond it lies an attack.",
    )
    jitter: StrictFloat = Field(
        default=0.15, description="Standard deviation of further starting points around the authored expression."
    )
    block: Count = Field(default=24, description="Most faces rendered at once (memory).")
    coarse: StrictBool = Field(
        default=True,
        description="Search through images of about as many pixels as the network sees, and confirm at full size.",
    )
    polish: Count = Field(default=15, description="Most iterations at full size for what is not accepted there.")


@schema("expression")
class ExpressionConfig:
    """`conf/expression`: how the shown expressions are made."""

    kind: Literal["optimised", "facs", "photographed"] = Field(
        default="optimised",
        description="Optimised for each classifier, authored after FACS and the same for all, or what people show on "
        "photographs (with face_model=photographs, and only there).",
    )
    per_identity: StrictBool = Field(
        default=False,
        description="Optimise for every identity of the study by itself, instead of jointly over `fit_identities`.",
    )
    fit_identities: list[StrictInt] = Field(
        default_factory=lambda: [1001, 1002, 1003],
        min_length=1,
        examples=["[1001]"],
        description="Identities that the expressions are fitted to; the study itself does not show them.",
    )
    optimiser: OptimiserSettings = Field(
        default_factory=OptimiserSettings, description="How an expression is searched for."
    )


@schema("grid")
class GridConfig:
    """`conf/grid`: the nodes; `interventions.grid.Grid` checks their values."""

    name: str = Field(default="quick", description="Name of the grid.")
    s: Points = Field(
        default=6, description="Values of the symmetry s, or how many evenly spaced ones; the last must be 1."
    )
    t: Points = Field(
        default=4, description="Values of the intensity t, or how many evenly spaced ones; the last must be 1."
    )


@schema("statistics")
class StatisticsSettings:
    """`conf/statistics`: how scores are tested over identities."""

    treated: str = Field(
        default="",
        description="Intervention that claims are about; empty: `palsy`, or else the first that weakens one side.",
    )
    control: str = Field(
        default="",
        description="Its control of equal mean motion; empty: `bilateral`, where the mean motion is that of `palsy`.",
    )
    permutations: Annotated[StrictInt, Field(ge=9999)] = Field(
        default=9999,
        description="Sign flips drawn where there are more of them than this; otherwise all are enumerated.",
    )
    resamples: Annotated[StrictInt, Field(ge=999)] = Field(
        default=9999, description="Bootstrap resamples of the identities."
    )
    confidence: Level = Field(default=0.95, description="Confidence level of every interval.")
    interval: Literal["bca_expanded", "bca"] = Field(
        default="bca_expanded",
        description="Bootstrap interval: BCa at Student's level (right for few identities), or plain BCa.",
    )
    minimum_identities: Annotated[StrictInt, Field(ge=2)] = Field(
        default=20,
        description="Fewest identities for a claim; with fewer, p values and intervals are shown and no claim is made.",
    )
    screening: StrictBool = Field(
        default=False,
        description="A first look, never a claim, whatever the number of identities. Pictures below 224 px or with one "
        "sample a pixel set it by themselves; `experiment=screening` has both.",
    )
    alpha: Level = Field(default=0.05, description="Level of a claim after adjustment.")
    adjust: Literal["holm", "bh", "none"] = Field(
        default="holm",
        description="Adjustment for many tests: Holm (for claims), Benjamini-Hochberg (for maps), or none.",
    )
    power: Level = Field(
        default=0.8,
        description="Power at which the minimum detectable effect and the number of identities needed are given.",
    )
    equivalence_margin: Positive = Field(
        default=0.1,
        description="Share of the expression's activation below which a standardised score counts as no effect.",
    )
    accepted_only: StrictBool = Field(
        default=False, description="Leave out identities whose full symmetric face is not read as the emotion."
    )
    mixed_model: StrictBool = Field(
        default=True,
        description="Also fit a mixed model, y ~ s * t with random slopes per identity (mixed.csv; a few seconds).",
    )
    shuffle: StrictBool = Field(
        default=False,
        description="Also run the shuffle test of single curves, to compare with published results (shuffle.csv).",
    )
    shuffles: Annotated[StrictInt, Field(ge=99)] = Field(
        default=999, description="Shuffles per curve of the shuffle test."
    )
    seed: Seed = Field(default=0, description="Root of the seeds of all tests.")
    scores: tuple[str, ...] = Field(
        default=(),
        description="Names of the scores to test; all where empty. Of the default list and of all, what a study has no "
        "control for is left out; a list of your own that names a part of the palsy's cost needs `NAME_two_sided`.",
    )
    own_scores: dict[Name, dict[str, Any]] = Field(
        default_factory=dict,
        description="Scores of your own, by name, which are always tested: `class: module:function` and a `unit` "
        "(docs/own_parts.md).",
    )

    def no_claim(self, n: int) -> str:
        """Why so many identities allow no claim, in words; empty where they allow one."""
        if self.screening:
            return "a screening run"
        return f"{n} identities, fewer than {self.minimum_identities}" if n < self.minimum_identities else ""


@schema("report")
class ReportSettings:
    """`conf/report`: what the report shows."""

    title: str = Field(default="", description="Heading of the page; empty takes the run's own title.")
    classifier: str = Field(
        default="",
        description="Classifier shown in detail; empty takes the one that accepts most emotions, whatever its effects.",
    )
    emotion: str = Field(
        default="",
        description="Emotion shown in detail; empty takes happiness where it is accepted, else the first accepted one.",
    )
    strip_frames: Annotated[StrictInt, Field(ge=2)] = Field(
        default=7, description="Faces in the strip from symmetric to asymmetric."
    )
    dpi: Annotated[StrictInt, Field(ge=30)] = Field(
        default=200, description="Resolution of PNG files, in dots per inch."
    )
    formats: tuple[Literal["png", "pdf", "svg"], ...] = Field(
        default=("png",), description="Files written per figure; the page has its own."
    )
    max_bytes: Annotated[StrictInt, Field(ge=1_000_000), Unit("bytes")] = Field(
        default=15_000_000, description="Size that report.html stays under, in bytes; face images are shrunk to fit."
    )
    explorer_nodes: Annotated[StrictInt, Field(ge=2)] = Field(
        default=11,
        description="Most values of s, and of t, in the explorer; finer grids are thinned evenly.",
    )
    explorer_identities: Count = Field(
        default=2,
        description="Identities in the explorer; all but the first, and further interventions, get a coarser grid.",
    )
    thumbnails: StrictBool = Field(
        default=False,
        description="Whether pictures of people (face_model=photographs) are written into the run folder and the "
        "report; those of rendered heads always are.",
    )


@schema("tracking")
class TrackingConfig:
    """`conf/tracking`: Weights & Biases beside the local files."""

    name: Literal["none", "wandb"] = Field(
        default="wandb", description="Where runs are tracked; `none` keeps local files only."
    )
    mode: Literal["offline", "online"] = Field(
        default="offline", description="Online uploads when the job ends, which needs a login and a network."
    )
    project: str = Field(default="facing-asymmetry", description="W&B project.")
    entity: str | None = Field(default=None, description="W&B user or team; null takes your default one.")
    group: str | None = Field(
        default=None, description="W&B group, which the runs of one sweep share; null takes the run's name."
    )
    job_type: str = Field(default="run", description="W&B job type.")
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        default_factory=list, description="W&B tags beside those for expression, grid and claim."
    )
    responses: StrictBool = Field(
        default=True,
        description="Upload the response table as an artifact, which takes its size on disk a second time.",
    )
    timeout: Annotated[Positive, Unit("seconds")] = Field(
        default=120.0, description="Seconds that an upload may take before it is left for `wandb sync`."
    )


@schema("paths")
class PathsConfig:
    """`conf/paths`: where results go."""

    outputs: str = Field(default="outputs", description="Folder of everything that is written.")
    store: str = Field(
        default="outputs/store",
        description="Folder of computed cells, which all runs share: what one has computed, the next reads.",
    )
    runs: str = Field(default="outputs", description="Folder of the run folders.")


@schema("refuters")
class RefuterSettings:
    """How often each refuter tries, and what it allows; docs/refuters.md gives the reasons."""

    treated: str = Field(default="palsy", description="Intervention whose effect is refuted.")
    control: str = Field(default="bilateral", description="Its control.")
    placebo: str = Field(default="noop", description="Placebo intervention, used where it was run.")
    repeats: Annotated[StrictInt, Field(ge=20)] = Field(
        default=200, description="Permuted placebos, dummy outcomes, random covariates and subsets, each."
    )
    placebo_share: Share = Field(
        default=0.1,
        description="Largest mean of the placebos, as a share of the estimate's size or its interval's half width.",
    )
    monte_carlo_errors: NotNegative = Field(
        default=3.0,
        description="Monte-Carlo errors allowed on top, for permuted placebos and for the rejection rate of dummies.",
    )
    shift_share: Share = Field(
        default=0.1,
        description="How far the estimate may move, on average, beside a random covariate, as a share of its interval.",
    )
    subset_share: Share = Field(default=0.8, description="Identities in a subset, as a share of all.")
    inside_share: Share = Field(
        default=0.95, description="Share of subset estimates that must lie inside the interval of all identities."
    )
    sign_share: Share = Field(default=0.95, description="Share of subset estimates that must have the estimate's sign.")
    largest_single: Share = Field(
        default=0.5, description="Share of the estimate that may vanish when one identity is left out."
    )
    duplicate_tolerance: NotNegative = Field(
        default=1e-6,
        description="Distance of two identities' curves, as a share of the typical one, below which they are one.",
    )
    seed: Seed = Field(default=0, description="Root of every random stream.")


@schema()
class RunConfig:
    """`conf/config.yaml`: a whole run."""

    name: Name = Field(
        default="quick", description="First part of the run folder's name; the second is the key of what was asked."
    )
    emotions: Annotated[list[Name], AfterValidator(_distinct)] = Field(
        default_factory=lambda: list(BASIC),
        min_length=1,
        description="Stimuli that are shown: any of the six emotions, and of the expressions in `stimuli`.",
    )
    stimuli: dict[Name, dict[Name, Weight]] = Field(
        default_factory=dict,
        description="Further authored expressions: name -> weight of each blendshape (of both sides where it has two).",
    )
    targets: dict[Name, Name] = Field(
        default_factory=dict,
        description="Output that is read for a stimulus, of every classifier that has it and whose own `targets` are "
        "silent; else the output of the stimulus's name.",
    )
    identities: Count = Field(
        default=6,
        description="Number of identities, 0 to n - 1; a claim needs at least `statistics.minimum_identities`. Of "
        "photographs every person who can be used is shown, whatever this number.",
    )
    identity_block: str | None = Field(
        default=None,
        description="k/n takes only block k of n of the identities; -m identity_block=0/2,1/2 makes a job of each.",
    )
    seed: Seed = Field(default=2026, description="Seed of the optimiser's starting points.")
    device: Literal["cpu", "cuda"] = Field(default="cpu", description="Where renderer and classifiers run.")
    threads: Index = Field(default=0, description="Threads of torch and numba; 0 takes one per core.")
    batch: Count = Field(
        default=20,
        description="Frames per block through renderer and classifier (memory, and part of the content key).",
    )
    precision: Literal["fp32", "tf32", "bf16"] = Field(
        default="fp32",
        description="Precision of classifiers: tf32 and bf16 are fast on GPUs, move scores (docs/benchmarks/gpu.md).",
    )
    derivative: StrictBool = Field(
        default=False,
        description="Also compute the exact d(logit)/ds at every node, for the autograd scores; 3-4 times as long.",
    )
    dry_run: StrictBool = Field(default=False, description="Print cells, frames, time and disk space, and stop.")
    objective: str = Field(
        default="",
        description="The number that a job gives a search: SCORE/CLASSIFIER/EMOTION, a mean of tests.csv; `all` for "
        "the mean over classifiers or emotions.",
    )
    face_models: dict[str, FaceModelConfig] = Field(
        default_factory=lambda: {"makehuman": FaceModelConfig()},
        min_length=1,
        examples=["face_model=makehuman"],
        description="Face models, by name; chosen with face_model=[...], each is a run of its own.",
    )
    photographs: PhotographSettings = Field(
        default_factory=PhotographSettings, description="What the face model `photographs` shows."
    )
    renderer: RendererConfig = Field(default_factory=RendererConfig, description="What turns a face into an image.")
    scene: Scene = Field(default_factory=Scene, description="Camera, lights and background.")
    classifiers: dict[Name, dict[str, Any]] = Field(
        default_factory=dict,
        min_length=1,
        validate_default=True,
        examples=["classifier=networkv2"],
        description="Classifiers under test, by name; chosen with classifier=[...].",
    )
    classifier: ClassifierSettings = Field(
        default_factory=ClassifierSettings, description="What all classifiers under test share."
    )
    defence: Annotated[list[Defence], AfterValidator(_distinct)] = Field(
        default_factory=lambda: [UNDEFENDED],
        min_length=1,
        examples=["defence=[none,flip_average]"],
        description="Defences that every classifier is put behind, each an entry of its own: none, flip_average (mean "
        "over picture and mirror image), stronger_half (the half that shows more, twice), gate (made by `repair`).",
    )
    expression: ExpressionConfig = Field(
        default_factory=ExpressionConfig, description="How the shown expressions are made."
    )
    interventions: dict[Name, dict[str, Any]] = Field(
        default_factory=dict,
        min_length=1,
        validate_default=True,
        examples=["intervention=palsy"],
        description="Interventions and controls, by name; chosen with intervention=[...].",
    )
    grid: GridConfig = Field(default_factory=GridConfig, description="The nodes of symmetry s and intensity t.")
    statistics: StatisticsSettings = Field(
        default_factory=StatisticsSettings, description="How scores are tested over identities."
    )
    report: ReportSettings = Field(default_factory=ReportSettings, description="What the report shows.")
    tracking: TrackingConfig = Field(
        default_factory=TrackingConfig, description="Weights & Biases beside the local files."
    )
    paths: PathsConfig = Field(default_factory=PathsConfig, description="Where results go.")

    def __post_init__(self) -> None:
        for name, facts in self.face_models.items():
            check_own(facts, f"face_models.{name}", HEADS)
            if facts.name != name:
                raise ConfigError(f"face_models.{name}.name = {facts.name!r}; it must be {name!r}")
        check_own(self.renderer, "renderer", RENDERER_NAMES)
        if self.scene.coarse:
            object.__setattr__(self, "statistics", replace(self.statistics, screening=True))
        if self.objective and len(self.face_models) > 1:
            raise ConfigError(f"objective = {self.objective!r} is a number of one head; name one face_model")
        if self.identities > MOST_IDENTITIES:
            raise ConfigError(f"identities = {self.identities}; it must be at most {MOST_IDENTITIES:,}")
        check_stimuli(self)
        if PHOTOGRAPHS in self.face_models:
            check_photographed(self)
        else:
            identity_block(self.identities, self.identity_block)
        if self.expression.kind == PHOTOGRAPHED and set(self.face_models) != {PHOTOGRAPHS}:
            heads = ", ".join(name for name in self.face_models if name != PHOTOGRAPHS)
            raise ConfigError(
                f"expression.kind = {PHOTOGRAPHED!r}; a head that is rendered ({heads}) has no photograph: write "
                f"expression=facs or expression=optimised (of the face model {PHOTOGRAPHS} they change nothing)"
            )
        if self.identity_block and self.expression.per_identity:
            raise ConfigError("identity_block needs expression.per_identity=false: those expressions are one batch")

    @property
    def face_model(self) -> FaceModelConfig:
        """The face model of a study of one head; `ConfigError` where several are configured."""
        if len(self.face_models) > 1:
            raise ConfigError(
                f"face_models holds {', '.join(self.face_models)}; one is needed here, for example "
                f"face_model={next(iter(self.face_models))}"
            )
        return next(iter(self.face_models.values()))


def check_own(part: FaceModelConfig | RendererConfig, at: str, shipped: tuple[str, ...]) -> None:
    """Raise `ConfigError` where a part has neither a name of the package nor a class, or both."""
    own = part.class_ or part.kind
    if own and part.name in shipped:
        raise ConfigError(
            f"{at} = {part.name} is of the package, and has a class or kind ({own}); call yours otherwise"
        )
    if not own and part.name not in shipped:
        raise ConfigError(
            f"{at}.name = {part.name!r} is unknown{suggestion(part.name, shipped)} (there are: {', '.join(shipped)}; "
            "one of your own needs class: module:Class)"
        )


def check_stimuli(config: RunConfig) -> None:
    """Raise `ConfigError` where a stimulus is not authored, or has a name that means something else."""
    for name, weights in config.stimuli.items():
        if name in (NEUTRAL, ALL_EMOTIONS):
            raise ConfigError(f"stimuli.{name}: {name!r} already means something; call it otherwise")
        if not weights:
            raise ConfigError(f"stimuli.{name} is empty; write the weight of at least one blendshape")
    known = list(dict.fromkeys((*BASIC, *config.stimuli)))
    for name in config.emotions:
        if name not in known:
            raise ConfigError(
                f"emotions holds {name!r}; {name!r} is unknown{suggestion(name, known)} (there are: "
                f"{', '.join(known)}; `stimuli` authors more: docs/stimuli.md)"
            )
    shown = config.report.emotion
    if shown and shown not in config.emotions:
        raise ConfigError(f"report.emotion = {shown!r}; it must be empty or one of {', '.join(config.emotions)}")


def check_photographed(config: RunConfig) -> None:
    """Raise `ConfigError` where a configuration asks photographs for what they can't show."""
    if not config.photographs.folder:
        raise ConfigError(
            f"photographs.folder is empty; face_model={PHOTOGRAPHS} needs a folder GROUP/EMOTION/SUBJECT[_...].jpg or "
            "a CSV: photographs.folder=FOLDER"
        )
    if config.expression.kind != PHOTOGRAPHED and len(config.face_models) == 1:
        raise ConfigError(
            f"expression.kind = {config.expression.kind!r}; people show what was photographed: leave expression out, "
            f"or write expression={PHOTOGRAPHED}"
        )
    if others := [name for name in config.emotions if name not in BASIC]:
        raise ConfigError(f"emotions holds {others[0]!r}; photographs show {', '.join(BASIC)} only")
    if config.derivative:
        raise ConfigError(
            f"derivative = true; a warped photograph has no exact derivative by s: write derivative=false or leave "
            f"face_model={PHOTOGRAPHS} out"
        )


def identity_block(identities: int, block: str | None, whose: str = "identities") -> tuple[int, ...]:
    """Identities of a block: `1/4` is the second quarter of 0 .. `identities` - 1; None is all of them.

    Args:
        identities: how many there are.
        block: k/n.
        whose: what they are, for the message.

    Raises:
        ConfigError: the block is not `k/n` with 0 <= k < n, or there are fewer identities than blocks.
    """
    if block is None:
        return tuple(range(identities))
    match = re.fullmatch(r"(\d+)/(\d+)", block)
    number, blocks = map(int, match.groups()) if match else (1, 0)
    if not number < blocks <= identities:
        raise ConfigError(
            f"identity_block = {block!r}; write k/n for block k = 0 .. n - 1 of n, n at most {whose} = {identities}"
        )
    return tuple(range(identities * number // blocks, identities * (number + 1) // blocks))


def read_config(values: Mapping[str, Any]) -> RunConfig:
    """Check a composed configuration.

    Raises:
        ConfigError: an unknown key, a value of the wrong type or out of range; the message names the key.
    """
    return validated(RunConfig, values)
