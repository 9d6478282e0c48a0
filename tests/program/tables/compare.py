"""Trainers of loopc init against scikit-learn's MLP with its defaults, on the same splits; knows nothing of how either works.

    compare.py tables                    writes the tables that scikit-learn has: iris.csv, wine.csv ...
    compare.py peer TABLE SEED ANSWER    divides TABLE.csv into train.csv and test.csv, by class where ANSWER is one (rows with
                                         NA are for training alone), and prints the peer's score of test.csv: accuracy, or R2
                                         where ANSWER is a number; with another argument, also that of the scaled peer

The peer is MLPClassifier or MLPRegressor as scikit-learn's defaults have them, on inputs that nothing scales, from the rows of
train.csv that are complete; scaled: behind a StandardScaler, with the target of a regression scaled as well.
    compare.py mean SCORE...             their mean
"""
import csv, sys, warnings

warnings.filterwarnings("ignore")


def tables():
    from sklearn import datasets
    for name, load, answer in [("iris", datasets.load_iris, "class"), ("wine", datasets.load_wine, "class"),
                               ("cancer", datasets.load_breast_cancer, "class"), ("digits", datasets.load_digits, "class"),
                               ("diabetes", datasets.load_diabetes, "progression")]:
        d = load()
        with open(name + ".csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(list(d.feature_names) + [answer])
            for x, y in zip(d.data, d.target):
                out.writerow(list(x) + [d.target_names[y] if answer == "class" else y])


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return rows, list(rows[0])


def write(path, rows, names):
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, names)
        out.writeheader()
        out.writerows(rows)


def is_number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def complete(row):
    return "NA" not in row.values()


def split(table, seed, answer):
    from sklearn.model_selection import train_test_split
    every, names = read(table + ".csv")
    rows = [r for r in every if complete(r)]
    kinds = None if is_number(rows[0][answer]) and table != "digits" else [r[answer] for r in rows]
    train, test = train_test_split(rows, test_size=0.25, random_state=int(seed), stratify=kinds)
    write("train.csv", train + [r for r in every if not complete(r)], names)
    write("test.csv", test, names)


def numbers(rows, answer, values):
    x = [[float(v) for k, v in r.items() if k != answer and k != "" and is_number(v)] for r in rows]
    return x, [float(r[answer]) if values else r[answer] for r in rows]


def scaled_model(model, values):
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    model = make_pipeline(StandardScaler(), model)
    return TransformedTargetRegressor(model, transformer=StandardScaler()) if values else model


def peer(table, seed, answer, *more):
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    split(table, seed, answer)
    train, test = [r for r in read("train.csv")[0] if complete(r)], read("test.csv")[0]
    values = is_number(train[0][answer]) and answer != "class"
    model = (MLPRegressor if values else MLPClassifier)(random_state=int(seed))
    for m in [model] + ([scaled_model(model, values)] if more else []):
        m.fit(*numbers(train, answer, values))
        print(m.score(*numbers(test, answer, values)))


def mean(*scores):
    print("%.6f" % (sum(map(float, scores)) / len(scores)))


if __name__ == "__main__":
    {"tables": tables, "peer": peer, "mean": mean}[sys.argv[1]](*sys.argv[2:])
