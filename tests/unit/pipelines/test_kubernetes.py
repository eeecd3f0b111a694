"""The manifests for the Flink operator agree with each other, and their commands are understood by meetwire and by Beam."""

from pathlib import Path

import pytest
import yaml
from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions

from pipelines import cli
from pipelines.command_line.arguments import beam_flags, command_parser
from pipelines.configuration import settings_file
from pipelines.configuration.settings import duration

ROOT = Path(__file__).parents[3]
MANIFESTS = list(yaml.safe_load_all((ROOT / "configs" / "kubernetes" / "flink.yaml").read_text("utf-8")))


def manifest(kind, name):
    (found,) = (one for one in MANIFESTS if one["kind"] == kind and one["metadata"]["name"] == name)
    return found


def container(pod, name):
    (found,) = (one for one in pod["spec"]["containers"] if one["name"] == name)
    return found


@pytest.fixture
def stream():
    return manifest("Deployment", "meetwire-stream")["spec"]["template"]


@pytest.fixture
def flags(stream):
    """Beam's flags of the command, as Beam reads them."""
    name, *words = container(stream, "stream")["args"]
    parser = command_parser(name)
    _, further = parser.parse_known_args(words)
    return PipelineOptions(beam_flags(parser, further, cli.COMMANDS[name].beam)).view_as(PortableOptions)


def test_the_command_finds_the_job_server_and_the_cluster(flags):
    service = manifest("Service", "meetwire-job-server")
    ports = {port["name"]: port["port"] for port in service["spec"]["ports"]}
    assert flags.job_endpoint == f"meetwire-job-server:{ports['job']}"
    assert flags.artifact_endpoint == f"meetwire-job-server:{ports['artifacts']}"
    server = manifest("Deployment", "meetwire-job-server")["spec"]["template"]
    assert server["metadata"]["labels"] == service["spec"]["selector"]
    arguments = container(server, "job-server")["args"]
    assert f"--flink-master={flags.get_all_options()['flink_master']}" in arguments
    assert {f"--job-port={ports['job']}", f"--artifact-port={ports['artifacts']}"} <= set(arguments)
    # The operator names the REST service after the cluster.
    assert (
        flags.get_all_options()["flink_master"]
        == f"{manifest('FlinkDeployment', 'meetwire-flink')['metadata']['name']}-rest:8081"
    )


def test_each_task_manager_has_a_pool_where_the_job_looks_for_it(flags):
    cluster = manifest("FlinkDeployment", "meetwire-flink")["spec"]
    name, *words = container(cluster["taskManager"]["podTemplate"], "worker-pool")["args"]
    pool = command_parser(name).parse_args(words)
    assert flags.environment_type == "EXTERNAL"
    assert flags.environment_config == f"{pool.host}:{pool.port}"
    slots = int(cluster["flinkConfiguration"]["taskmanager.numberOfTaskSlots"]) * cluster["taskManager"]["replicas"]
    assert flags.get_all_options()["parallelism"] == slots


def test_the_settings_are_read_and_a_stop_has_the_time_that_they_give_it(stream, tmp_path):
    (file, text), *_ = manifest("ConfigMap", "meetwire")["data"].items()
    (tmp_path / file).write_text(text)
    settings = settings_file.load(tmp_path / file)
    assert settings.stream.startswith("pubsub://")
    assert (
        stream["spec"]["terminationGracePeriodSeconds"] > settings.stop_within.total_seconds() > duration("30s").seconds
    )
    mounted = container(stream, "stream")["volumeMounts"][0]["mountPath"]
    assert f"--config={mounted}/{file}" in container(stream, "stream")["args"]
    assert "state.savepoints.dir" in manifest("FlinkDeployment", "meetwire-flink")["spec"]["flinkConfiguration"]
