"""Celery with its defaults (prefork, Redis as broker, no result backend): queues messages, then works them off.

Arguments: broker address, number of messages, how many at once, provider address or "-". Prints the seconds from the
start of the first message to the end of the last, as the messages themselves saw it.
"""

import http.client
import multiprocessing
import os
import subprocess
import sys
import time
from urllib.parse import urlparse

import redis
from celery import Celery

BROKER, JOBS, AT_ONCE, PROVIDER = sys.argv[-4:] if __name__ == "__main__" else os.environ["BENCH"].split()
app = Celery("celery_bench", broker=BROKER)
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True
store = redis.Redis.from_url(BROKER)
connection = None
# Shared by the worker's processes, which are forked from one.
done = multiprocessing.Value("i", 0)
first = multiprocessing.Value("d", 0.0)


@app.task(name="message")
def message():
    global connection
    with first.get_lock():
        first.value = first.value or time.time()
    if PROVIDER != "-":
        if connection is None:
            connection = http.client.HTTPConnection(urlparse(PROVIDER).netloc)
        headers = {"content-type": "application/json"}
        connection.request("POST", "/messages", '{"reference":"reference"}', headers)
        connection.getresponse().read()
    with done.get_lock():
        done.value += 1
        is_last = done.value == int(JOBS)
    if is_last:
        store.set("bench:seconds", time.time() - first.value)


def main():
    store.flushall()
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(int(JOBS)):
            message.apply_async(producer=producer)
    arguments = ["-A", "celery_bench", "worker", "-c", AT_ONCE, "--without-gossip", "--without-mingle", "-l", "ERROR"]
    environment = {**os.environ, "BENCH": " ".join([BROKER, JOBS, AT_ONCE, PROVIDER]), "C_FORCE_ROOT": "1"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *arguments],
        cwd=os.path.dirname(os.path.abspath(__file__)),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while store.get("bench:seconds") is None:
            if worker.poll() is not None:
                sys.exit("the worker of Celery ended")
            time.sleep(0.01)
        print(float(store.get("bench:seconds")))
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
