"""What would be sent to Dataflow: a job of steps, coders and files that it knows. The service itself is not run."""

import json
import re
import shlex
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    PipelineOptions,
    SetupOptions,
    StandardOptions,
    WorkerOptions,
)
from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
from apache_beam.portability import common_urns
from apache_beam.portability.api.org.apache.beam.model.pipeline.v1.beam_runner_api_pb2 import (
    ArtifactFilePayload,
    IsBounded,
)
from apache_beam.runners.portability.stager import Stager

from pipelines import cli
from pipelines.command_line.arguments import beam_flags, command_parser
from pipelines.configuration.settings import Settings
from pipelines.running.beam_options import beam_options
from pipelines.running.on_runner import built, source_of

ROOT = Path(__file__).parents[2]
STREAM, TABLES = "pubsub://my-project/articles/meetwire", ("bigquery://my-project/news",)
PRIMITIVES = {
    "beam:transform:pardo:v1",
    "beam:transform:pubsub_read:v1",
    "beam:transform:flatten:v1",
    "beam:transform:impulse:v1",
}
STANDARD_CODERS = {getattr(common_urns.coders, name).urn for name in dir(common_urns.coders) if name.isupper()}


def command():
    """The command of ``configs/dataflow.yaml``: its flags for meetwire and for Beam."""
    text = (ROOT / "configs" / "dataflow.yaml").read_text("utf-8")
    lines = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    _, _, name, *words = shlex.split(
        "x " + re.search(r"meetwire stream .*?(?=\n[^-\n]|\Z)", "\n".join(lines), re.DOTALL)[0].replace("\\\n", " ")
    )
    parser = command_parser(name)
    arguments, further = parser.parse_known_args(words)
    return arguments, beam_flags(parser, further, cli.COMMANDS[name].beam)


@pytest.fixture(scope="module")
def proto():
    options = beam_options([*command()[1], "--streaming"])
    settings = Settings(stream=STREAM, tables=TABLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PipelineOptionsValidator, "validate", lambda self: [])  # it asks Google's storage for the bucket
        return built(options, settings, source_of(options, STREAM)).to_runner_api()


def test_every_step_is_one_that_dataflow_knows_and_none_shuffles(proto):
    transforms = proto.components.transforms.values()
    leaves = {one.spec.urn for one in transforms if not one.subtransforms and one.spec.urn}
    assert leaves <= PRIMITIVES
    (read,) = (one for one in transforms if one.spec.urn == "beam:transform:pubsub_read:v1")
    assert b"projects/my-project/subscriptions/meetwire" in read.spec.payload
    assert b"revision_id" in read.spec.payload  # what repeats are known by


def test_every_coder_is_standard_or_pythons_own(proto):
    urns = {coder.spec.urn for coder in proto.components.coders.values()}
    assert urns <= STANDARD_CODERS | {"beam:coder:pickled_python:v1", "beam:coders:javasdk:0.1"}


def test_it_is_unbounded(proto):
    unbounded = IsBounded.UNBOUNDED
    assert any(one.is_bounded == unbounded for one in proto.components.pcollections.values())


def test_the_flags_of_the_command_are_beams():
    arguments, flags = command()
    options = PipelineOptions(flags)
    assert {flag.lstrip("-").split("=")[0] for flag in flags} <= set(options.get_all_options())
    assert options.view_as(StandardOptions).runner == "DataflowRunner"
    assert options.view_as(GoogleCloudOptions).enable_streaming_engine
    assert options.view_as(WorkerOptions).sdk_container_image == "IMAGE_WITH_MEETWIRE"
    assert arguments.config == Path("configs/dataflow.yaml")


def test_what_setup_py_stages_holds_the_packages_and_their_data(tmp_path):
    options = beam_options(["--setup_file=./setup.py"])
    options.view_as(SetupOptions).setup_file = str(ROOT / "setup.py")
    artifacts = Stager.create_job_resources(options, str(tmp_path))
    (workflow,) = (one for one in artifacts if b"workflow.tar.gz" in one.role_payload)
    with tarfile.open(ArtifactFilePayload.FromString(workflow.type_payload).path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pipelines/chain.py", "transforms/rows.py", "transforms/lexicon/countries.yaml"} <= names
    assert not any(name.startswith("tests/") for name in names)


TEMPLATE = json.loads((ROOT / "configs" / "dataflow-template.json").read_text("utf-8"))


def test_the_templates_parameters_are_flags_and_their_patterns_fit_the_settings_file():
    names = {parameter["name"] for parameter in TEMPLATE["parameters"]}
    words = [f"--{name}=x" for name in sorted(names)]
    parser = command_parser("stream")
    _, further = parser.parse_known_args([*words, "--runner=DataflowRunner"])
    known = PipelineOptions(beam_flags(parser, further, True)).get_all_options(drop_default=True)
    assert {flag.lstrip("-").split("=")[0] for flag in further} <= set(known)
    settings = yaml.safe_load((ROOT / "configs" / "dataflow.yaml").read_text("utf-8"))
    for parameter in TEMPLATE["parameters"]:
        for pattern in parameter.get("regexes", ()):
            assert re.search(pattern, settings[parameter["name"]])
            assert not re.search(pattern, "folder:data/stream")


def test_the_templates_file_is_meetwire_stream():
    file = ROOT / "pipelines" / "running" / "dataflow_template.py"
    said = subprocess.run([sys.executable, file, "--help"], cwd="/", capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith("usage: meetwire stream")


def test_the_gcloud_lines_in_deploy_name_this_template_and_all_that_it_needs():
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    build, run = map(shlex.split, re.search(r"^```bash\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[1].splitlines())
    assert (ROOT / next(word for word in build if word.startswith("--metadata-file=")).partition("=")[2]).is_file()
    assert build[4] == next(word for word in run if word.startswith("--template-file-gcs-location=")).partition("=")[2]
    parameters = next(word for word in run if word.startswith("--parameters=")).partition("=")[2]
    given = dict(one.split("=", 1) for one in parameters.split(","))
    known = {one["name"]: one for one in TEMPLATE["parameters"]}
    assert {name for name, one in known.items() if not one["isOptional"]} <= set(given) <= set(known)
    for name, value in given.items():
        assert all(re.search(pattern, value) for pattern in known[name].get("regexes", ()))
