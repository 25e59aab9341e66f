"""All clients of one region, as one program: publishers, subscribers and a feed.

    clients.py FOLDER REGION RATE SEED

Reads orders from standard input: "quiet" (say nothing new; "finished" is answered when all that was said is
answered), "stop". FOLDER is that of the run.
"""

import faulthandler
import json
import pathlib
import signal
import sys
import threading

import cast
import protos


def main():
    faulthandler.register(signal.SIGUSR1)
    folder, region, rate, seed = pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    protos.load(folder / "stubs")
    from history import History
    from publishers import KINDS
    from subscribers import Feed, Subscriber

    port = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["ports"][region]
    certs = folder / region / "certs"

    def channel(name):
        return protos.open_channel(f"localhost:{port}", certs / name, folder / region / "root/root.pem")

    history = History(folder / "history" / f"{region}.jsonl")
    agencies = cast.agencies_of(region)
    publishers = [KINDS[agency.publishes](agency, channel(agency.name), certs / f"{agency.name}-signing.key", history,
                                          rate / len(agencies), seed) for agency in agencies]
    subscribers = [Subscriber(reader, channel(reader.agency.name), history, seed)
                   for reader in cast.readers_of(region)]
    subscribers.append(Feed(cast.feed_of(region)[1], channel("feed"), history))
    for one in subscribers + publishers:
        one.start()

    def finish():
        for publisher in publishers:
            publisher.quiet.set()
        for publisher in publishers:
            publisher.join()
        history.flush()
        print("finished", flush=True)

    for order in sys.stdin:
        if order.strip() == "quiet":
            threading.Thread(target=finish, daemon=True).start()
        elif order.strip() == "stop":
            break
    for subscriber in subscribers:
        subscriber.stop()
    for subscriber in subscribers:
        subscriber.join(10)
    history.close()


if __name__ == "__main__":
    main()
