"""A session of PySpark on the cluster that ``SPARK_MASTER`` names, which ``.ci/spark`` sets."""

import os

import pytest

#: Tests do not run long enough for the optimizing compiler of Java to pay.
_QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    if "SPARK_MASTER" not in os.environ:
        pytest.skip("SPARK_MASTER names no cluster; .ci/spark starts one")
    from pyspark.sql import SparkSession  # noqa: PLC0415  # is in an environment of its own

    folder = tmp_path_factory.mktemp("spark")
    session = (
        SparkSession.builder.master(os.environ["SPARK_MASTER"])
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.driver.extraJavaOptions", _QUICK_START)
        .config("spark.executor.extraJavaOptions", _QUICK_START)
        .config("spark.sql.codegen.wholeStage", "false")  # to compile queries takes longer than to run them
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "Asia/Tokyo")  # results do not depend on it
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    yield session
    session.stop()
