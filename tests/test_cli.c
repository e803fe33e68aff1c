/* The command as a user meets it. Networks are tiny: what they learn is the business of
 * test_train.c.
 *
 * Usage: test_cli PATH-OF-MANN */
#include "command.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "base": forty updates of copy. */
static int set_up(void **state)
{
    (void)state;
    if (command_begin("mann-cli")) {
        return -1;
    }
    int code = mann("train copy -o base --sequences 320 %s", TINY);
    if (code) {
        fprintf(stderr, "mann train exits with %d: %s\n", code, err);
    }
    return code;
}

/* --- help and names --- */

static void test_help(void **state)
{
    (void)state;
    /* view hands its options to the viewer, which may not be built. */
    static const char *const commands[] = {"train", "eval",   "run",      "info",
                                           "tasks", "models", "memories", "render",
                                           "bench", "sweep",  "report",   "reproduce"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        char usage[64], line[64];
        snprintf(usage, sizeof usage, "Usage: mann %s", commands[i]);
        snprintf(line, sizeof line, "%s --help", commands[i]);
        check_code(line, mann("%s", line), 0);
        check_has(line, out, usage);
        check_has(line, out, "Example");
        assert_string_equal(err, "");
        assert_int_equal(mann("%s -h", commands[i]), 0);
        check_has(line, out, usage);
        assert_int_equal(mann("%s --version", commands[i]), 0);
        assert_string_equal(out, "mann " MANN_VERSION "\n");
    }
    assert_int_equal(mann("--help"), 0);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        check_has("--help", out, commands[i]);
    }
    assert_int_equal(mann("--version"), 0);
    assert_string_equal(out, "mann " MANN_VERSION "\n");
    assert_int_equal(mann(" "), 2);
    assert_string_equal(out, "");
    check_has("", err, "Usage: mann");
    assert_int_equal(mann("train --help"), 0);
    check_has("train --help", out, "train.save_seconds");
}

static void test_names(void **state)
{
    (void)state;
    static const expectation table[] = {
        {"trian copy", 2, "unknown sub-command 'trian'; did you mean 'train'?"},
        {"xyzzy", 2, "unknown sub-command 'xyzzy' (mann --help)"},
        {"train cpoy", 2, "unknown task 'cpoy'; did you mean 'copy'?"},
        {"train copy -m ntn", 2, "unknown model 'ntn'; did you mean 'ntm'?"},
        {"train copy -p model.memory=matrx", 2, "did you mean 'matrix'?"},
        {"train copy -p memory.slot=3", 2, "unknown option 'memory.slot'; did you mean"},
        {"train copy -p taks.length=3", 2, "did you mean 'task'?"},
        {"train copy -p train.optimiser=adm", 2, "did you mean 'adam'?"},
        {"train copy -p memory2.slots=3", 2, "the model has 1 external memory"},
        {"train copy -m lstm -p memory.slots=3", 2, "the model has 0 external memories"},
        {"train copy --seqences 3", 2, "did you mean '--sequences'?"},
        {"train copy -x", 2, "unknown option '-x'"},
        {"train copy -qx", 2, "unknown option '-x'"},
        {"train copy --json=3", 2, "takes no value"},
        {"train copy -o", 2, "-o needs a value"},
        {"train", 2, "which task?"},
        {"train copy ngram", 2, "'ngram' is one too many"},
        {"train copy --color=pink", 2, "neither auto, always nor never"},
        {"tasks cpoy", 2, "unknown task 'cpoy'; did you mean 'copy'?"},
        {"models ntn", 2, "did you mean 'ntm'?"},
        {"memories matrx", 2, "did you mean 'matrix'?"},
        {"tasks copy ngram", 2, "'ngram' is one too many"},
        {"info", 2, "One at a time"},
        {"info base base", 2, "One at a time"},
        {"bench extra", 2, "'extra' is not an option"},
        {"bench --seconds 1x", 2, "not a number of seconds"},
    };
    CHECK_ALL(table);
    assert_false(exists("runs"));
}

static void test_options(void **state)
{
    (void)state;
    static const expectation table[] = {
        {"train copy -p memory.slots=0", 2, "memory.slots: 0 is outside 1.."},
        {"train copy -p memory.slots=99999999999", 2, "memory.slots: '99999999999' is not a whole"},
        {"train copy -p memory.slots=ten", 2, "memory.slots: 'ten' is not a whole number"},
        {"train copy -p memory.slots=3.5", 2, "memory.slots: '3.5' is not a whole number"},
        {"train copy -p memory.slots=", 2, "memory.slots: '' is not a whole number"},
        {"train copy -p train.lr=fast", 2, "train.lr: 'fast' is not a number"},
        {"train copy -p train.lr=nan", 2, "train.lr: 'nan' is not a number"},
        {"train copy -p train.lr=-1", 2, "train.lr: -1 is outside"},
        {"train copy -p task.length=20..1", 2, "runs backwards; write 1..20"},
        {"train copy -p task.length=1..", 2, "neither a whole number nor a range"},
        {"train copy -p task.length=0..3", 2, "task.length: 0 is outside"},
        {"train copy -p task.length", 2, "-p: 'task.length' is not of the form key=value"},
        {"train copy -p =3", 2, "unknown option ''"},
        {"train copy -p length=3", 2, "unknown option 'length'"},
        {"train copy -p seed=-3", 2, "seed: '-3' is not a whole number"},
        {"train copy --seed -3", 2, "seed: '-3'"},
        {"train copy --seed=\t-3", 2, "seed: ' -3'"},
        {"train copy --seed 18446744073709551616", 2, "seed: '18446744073709551616'"},
        {"train copy --sequences 0", 2, "--sequences: '0' is not a whole number from 1"},
        {"train copy --sequences 1.5", 2, "--sequences: '1.5'"},
        {"train copy --threads 0", 2, "--threads: '0'"},
        {"train copy --threads 65", 2, "--threads: '65'"},
        {"train copy --max-time 60", 2, "--max-time: '60' is not a duration such as 60s"},
        {"train copy --max-time -1s", 2, "--max-time: '-1s'"},
        {"train copy --until wrong_bits", 2, "is not a condition"},
        {"train copy --until wrong_bits<=", 2, "is not a condition"},
        {"train copy --until wrong_bit<=1", 2, "did you mean 'wrong_bits'?"},
        {"train copy --until wrong_bits<=1@20", 2, "'@20' in the condition"},
        {"train copy -p train.lessons=length=1,lenght=2", 2, "did you mean 'task.length'?"},
        {"train copy -p train.lessons=bits=3", 2, "the task then has"},
        {"train copy -p train.trace_settings=lenght=2 -o t", 2, "did you mean 'task.length'?"},
        {"eval base --threads 0", 2, "--threads: '0'"},
        {"eval base -n 0", 2, "--sequences: '0'"},
        {"eval base --lenght 5", 2, "unknown option 'task.lenght'; did you mean 'task.length'?"},
        {"eval base --length 0", 2, "task.length: 0 is outside"},
        {"eval base --length ,", 2, "--length: which values?"},
        {"eval base --length", 2, "needs values"},
        {"eval base --length 5 --bits 8", 2, "one option of the task at a time"},
        {"eval base --bits 4", 2, "the task then has"},
        {"eval", 2, "which run?"},
        {"eval base base", 2, "one run or checkpoint at a time"},
        {"run base", 2, "which --input?"},
        {"run --input in.txt", 2, "give one run"},
        {"run base --input in.txt --format morse", 2, "neither bits nor text"},
    };
    CHECK_ALL(table);
    assert_false(exists("runs")); /* nothing was begun */
    assert_false(exists("t/run.json"));
    /* -p in its forms: beside or behind the flag, long, and the later one wins. */
    assert_int_equal(mann("train copy -o forms --sequences 8 %s -ptask.bits=5 --set=task.bits=4 "
                          "--set task.length=2 -p seed=7",
                          TINY),
                     0);
    json_t *root = json_load_file("forms/run.json", 0, NULL);
    json_t *task = json_object_get(root, "task");
    assert_int_equal(json_integer_value(json_object_get(task, "bits")), 4);
    assert_string_equal(json_string_value(json_object_get(task, "length")), "2");
    assert_string_equal(json_string_value(json_object_get(root, "seed")), "7");
    json_decref(root);
}

/* --- experiment files --- */

static void test_config(void **state)
{
    (void)state;
    assert_int_equal(mann("train --config base/run.json -o again --sequences 320 --threads 1"), 0);
    assert_true(same_weights("base", "again"));
    /* What stands behind it on the command line wins. */
    assert_int_equal(mann("train --config base/run.json -o other --sequences 320 --seed 2"), 0);
    assert_false(same_weights("base", "other"));

    write_text("broken.json", "{\"task\": {\"name\": \"copy\"},\n  \"train\": {\"lr\" 3}}\n");
    write_text("twice.json", "{\"task\": {\"name\": \"copy\",\n\"bits\": 3, \"bits\": 4}}");
    write_text("list.json", "[1, 2]");
    write_text("nobody.json", "{\"train\": {\"lr\": 0.1}}");
    write_text("kind.json", "{\"task\": {\"name\": \"copy\", \"length\": [1, 20]}}");
    write_text("range.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"slots\": 0}}");
    write_text("typo.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"slot\": 4}}");
    write_text("half.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"slots\": 4.5}}");
    write_text("empty.json", "");
    static const expectation table[] = {
        {"train --config broken.json", 4, "broken.json:2:"},
        {"train --config twice.json", 4, "twice.json:2:"},
        {"train --config list.json", 4, "not a JSON object"},
        {"train --config nobody.json", 4, "no task; give"},
        {"train --config kind.json", 4, "kind.json: task.length is neither a number"},
        {"train --config range.json", 2, "range.json: memory.slots: 0 is outside"},
        {"train --config typo.json", 2, "typo.json: unknown option 'memory.slot'; did you mean"},
        {"train --config half.json", 2, "half.json: memory.slots: '4.5' is not a whole number"},
        {"train --config empty.json", 4, "empty.json:1:"},
        {"train --config nosuch.json", 1, "nosuch.json: cannot be read: No such file"},
        {"train ngram --config base/run.json", 2, "unknown option 'task.bits'"},
    };
    CHECK_ALL(table);
    assert_false(exists("runs"));
    /* A file of one's own: the memory's options may stand before the name of the model. */
    write_text("own.json", "{\"memory\": {\"slots\": 5}, \"train\": {\"validate_sequences\": 8}, "
                           "\"model\": {\"name\": \"ntm-rnn\", \"hidden\": 7}, \"seed\": 12, "
                           "\"task\": {\"name\": \"copy\", \"length\": \"1..2\"}}");
    assert_int_equal(mann("train --config own.json -o own --sequences 16 --threads 1"), 0);
    json_t *root = json_load_file("own/run.json", 0, NULL);
    json_t *memory = json_object_get(root, "memory");
    assert_int_equal(json_integer_value(json_object_get(memory, "slots")), 5);
    assert_string_equal(json_string_value(json_object_get(root, "seed")), "12");
    json_decref(root);
}

/* --- folders --- */

static void test_folders(void **state)
{
    (void)state;
    uint64_t before = digest_of("base");
    write_text("a-file", "x");
    static const expectation table[] = {
        {"train copy -o base", 2, "base: there is a run here already; add --resume"},
        {"train copy -o nowhere --resume", 2, "no run to resume here (run.json is missing)"},
        {"train copy --resume", 2, "--resume needs -o RUN"},
        {"train --resume -o base --seed 4", 2, "options of the experiment cannot be changed"},
        {"train --resume -o base -p train.lr=1", 2, "cannot be changed"},
        {"train --resume -o base -m lstm", 2, "cannot be changed"},
        {"train --resume -o base --config base/run.json", 2, "cannot be changed"},
        {"train ngram --resume -o base", 2, "this run's task is copy, not ngram"},
        {"train copy -o a-file/run", 1, "a-file"},
        {"train copy -o /proc/nowhere/run", 1, "/proc/nowhere"},
        {"train copy -o fresh --init nosuch", 1, "nosuch: there is no such run or checkpoint"},
        {"train copy -o fresh --init base -p task.bits=4", 4, "as the network needs it"},
        {"eval nosuch", 1, "nosuch: there is no such run or checkpoint"},
        {"eval base@123456", 1, "step-000123456.safetensors"},
        {"info nosuch", 1, "nosuch"},
    };
    CHECK_ALL(table);
    assert_true(digest_of("base") == before);
    assert_false(exists("nowhere"));
    assert_false(exists("fresh/run.json"));
}

/* --- damaged files --- */

/* A foreign file that is a good safetensors file; extra metadata may make it a checkpoint. */
static void write_store(const char *path, const char *format, const char *experiment)
{
    static const float number[4] = {1, 2, 3, 4};
    mann_stored t = {.name = "weight", .dtype = MANN_F32, .rank = 2, .shape = {2, 2}};
    t.data = number;
    t.bytes = sizeof number;
    json_t *metadata = json_pack("{s:s, s:s, s:s, s:s, s:s}", "format", format, "version", "1",
                                 "step", "1", "sequences", "8", "experiment", experiment);
    assert_int_equal(mann_store_save(NULL, path, 1, &t, metadata), MANN_OK);
    json_decref(metadata);
}

static void test_damaged(void **state)
{
    (void)state;
    char path[512];
    size_t size;
    pointed("base", "LATEST", path, sizeof path);
    char *data = read_file(path, &size);
    assert_non_null(data);
    const size_t cuts[] = {0, 7, 8, 100, size / 2, size - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        write_file("cut.safetensors", data, cuts[i]);
        static const expectation table[] = {
            {"eval cut.safetensors", 4, "cut.safetensors"},
            {"info cut.safetensors", 4, "cut.safetensors"},
            {"run cut.safetensors --input in.txt", 4, "cut.safetensors"},
            {"train copy -o fresh2 --init cut.safetensors", 4, "cut.safetensors"},
        };
        CHECK_ALL(table);
    }
    /* Any byte of the header that is not as it was: refused, or harmless; never a crash. */
    for (size_t at = 0; at < 1400 && at < size; at += 53) {
        char kept = data[at];
        data[at] = (char)(kept ^ 0x15);
        write_file("bent.safetensors", data, size);
        data[at] = kept;
        int code = mann("eval bent.safetensors -n 1");
        if (code > 4) {
            fail_msg("byte %zu bent: exit code %d\n%s", at, code, err);
        }
    }
    free(data);

    write_store("foreign.safetensors", "pt", "{}");
    write_store("odd.safetensors", "mann.checkpoint", "{\"task\": 3}");
    write_store("thin.safetensors", "mann.checkpoint",
                "{\"task\": {\"name\": \"copy\"}, \"model\": {\"name\": \"ntm\"}}");
    static const expectation foreign[] = {
        {"eval foreign.safetensors", 4, "not a checkpoint of mann (format 'pt')"},
        {"eval odd.safetensors", 4, "odd.safetensors"},
        {"eval thin.safetensors", 4, "tensor 'weight' belongs to no parameter"},
        {"info thin.safetensors", 4, "tensor 'weight'"},
        {"render foreign.safetensors -o x.txt", 4, "foreign.safetensors"},
        {"info out.txt", 4, "out.txt"},
    };
    CHECK_ALL(foreign);
    assert_false(exists("x.txt"));

    /* Runs whose pointers or checkpoints are bad: nothing is trained, nothing is touched. */
    copy_run("base", "bad");
    pointed("bad", "LATEST", path, sizeof path);
    data = read_file(path, &size);
    write_file(path, data, size - 100);
    free(data);
    assert_int_equal(mann("train --resume -o bad --sequences 640"), 4);
    check_has("resume", err, path);
    uint64_t before = digest_of("bad"); /* with the lock's file */
    assert_int_equal(mann("train --resume -o bad --sequences 640"), 4);
    assert_true(digest_of("bad") == before);
    write_text("bad/checkpoints/LATEST", "../../base/checkpoints/step-000000010.safetensors\n");
    assert_int_equal(mann("train --resume -o bad --sequences 640"), 4);
    check_has("resume", err, "does not hold the name of a checkpoint");
    remove("bad/checkpoints/LATEST");
    assert_int_equal(mann("train --resume -o bad --sequences 640"), 1);
    check_has("resume", err, "checkpoints/LATEST is missing");
    write_text("bad/checkpoints/BEST", "step-000009999.safetensors\n");
    assert_int_equal(mann("eval bad"), 1);
    assert_int_equal(mann("info bad"), 1);
    write_text("bad/run.json", "{\"task\": ");
    assert_int_equal(mann("info bad"), 4);
    check_has("info", err, "bad/run.json:1:");
    assert_int_equal(mann("train --resume -o bad"), 4);

    /* Tasks of one's own. */
    write_text("task.jsonl", "{\"input\": [[0], [1]], \"target\": [[1], [0]]}\n{\"input\": [[0]\n");
    static const expectation tasks[] = {
        {"train file:task.jsonl -o f", 4, "task.jsonl:2:"},
        {"train file:nosuch.jsonl -o f", 1, "nosuch.jsonl: cannot be read"},
    };
    CHECK_ALL(tasks);
    assert_false(exists("f"));

    /* Stories. */
    assert_true(!mkdir("stories", 0777));
    write_text("stories/qa1_x_train.txt", "1 Ada ran.\n2 Who ran? Ada 1\n");
    write_text("stories/qa1_x_test.txt", "1 Ada ran.\n2 Who ran?\tAda\t1\n");
    static const expectation stories[] = {
        {"train babi -p task.path=stories -o f", 4, "stories/qa1_x_train.txt:2: "},
        {"train babi -p task.path=nowhere -o f", 1, "nowhere: No such file or directory; the bAbI"},
        {"train babi -p task.path=stories -p task.id=1,2 -o f", 2, "'1,2' is not a set of tasks"},
        {"train story -m ntm -o f", 2, "takes sequences of numbers, but the task gives stories"},
    };
    CHECK_ALL(stories);
    assert_false(exists("f"));
}

/* A damaged file of stories: file, line and reason. */
static void test_damaged_stories(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } table[] = {
        {"", "damaged/qa1_x_train.txt: empty; stories with questions"},
        {"1 Ada ran.\nBo ran.\n", ":2: a line number is expected at its start"},
        {"1 Ada ran.\n2 Who ran? Ada 1\n", ":2: a question without a tab"},
        {"1 Ada ran.\n2 Who ran?\tAda\t7\n", ":2: the supporting line 7 does not exist"},
        {"1 Ada ran.\n2 Who r\xc3\xa4n?\tAda\t1\n", ":2: column 8: byte 0xc3 is not ASCII text"},
        {NULL, ":2: 3002 bytes in a line; 1000 are the most"},
    };
    char huge[3100] = "1 Ada ran.\n2 ";
    memset(huge + strlen(huge), 'a', 3000);
    assert_true(!mkdir("damaged", 0777));
    write_text("damaged/qa1_x_test.txt", "1 Ada ran.\n2 Who ran?\tAda\t1\n");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        write_text("damaged/qa1_x_train.txt", table[i].text ? table[i].text : huge);
        assert_int_equal(mann("train babi -p task.path=damaged -o f"), 4);
        check_has(table[i].says, err, "damaged/qa1_x_train.txt");
        check_has(table[i].says, err, table[i].says);
        assert_string_equal(out, "");
        assert_false(exists("f"));
    }
}

/* --- eval --- */

static void test_eval(void **state)
{
    (void)state;
    json_t *root = json_of("eval base --length 2,3,5 -n 10 --threads 2 --json");
    assert_string_equal(json_string_value(json_object_get(root, "task")), "copy");
    assert_string_equal(json_string_value(json_object_get(root, "model")), "ntm");
    assert_true(json_integer_value(json_object_get(root, "parameters")) > 100);
    json_t *results = json_object_get(root, "results");
    assert_int_equal(json_array_size(results), 3);
    static const char *const metrics[] = {"cost_bits", "wrong_bits", "bit_error_rate",
                                          "sequence_error_rate"};
    static const int lengths[] = {2, 3, 5};
    for (size_t i = 0; i < 3; i++) {
        json_t *row = json_array_get(results, i);
        assert_int_equal(json_integer_value(json_object_get(row, "length")), lengths[i]);
        assert_int_equal(json_integer_value(json_object_get(row, "sequences")), 10);
        for (size_t m = 0; m < 4; m++) {
            assert_true(json_is_number(json_object_get(row, metrics[m])));
        }
        double rate = json_number_value(json_object_get(row, "bit_error_rate"));
        double wrong = json_number_value(json_object_get(row, "wrong_bits"));
        assert_true(fabs(wrong - rate * 8 * lengths[i]) < 1e-9);
    }
    json_decref(root);

    assert_int_equal(mann("eval base --length 2,3 -n 5"), 0);
    check_has("eval", out, "wrong_bits");
    check_has("eval", out, "\n2 ");
    char *first = strdup(out);
    assert_int_equal(mann("eval base --length=2,3 -n 5 --threads 3"), 0);
    assert_string_equal(out, first); /* the same sequences, whoever scores them */
    assert_int_equal(mann("eval base --length 2,3 -n 5 --seed 2"), 0);
    assert_string_not_equal(out, first);
    free(first);

    char checkpoint[512], line[640];
    pointed("base", "BEST", checkpoint, sizeof checkpoint);
    assert_int_equal(mann("eval base -n 5"), 0);
    first = strdup(out);
    snprintf(line, sizeof line, "eval %s -n 5", checkpoint);
    check_code(line, mann("%s", line), 0);
    assert_string_equal(out, first); /* a run stands for its best checkpoint */
    free(first);
    assert_int_equal(mann("eval base@0 -n 5"), 0); /* the weights that it began with */

    static const struct {
        const char *line;
        int code;
        const char *says;
    } table[] = {
        {"eval base -n 5 --require wrong_bits<=1000", 0, ""},
        {"eval base -n 5 --require wrong_bits>=0,cost_bits<=1e9", 0, ""},
        {"eval base -n 5 --require wrong_bits<=-1", 3, "not met: wrong_bits<=-1 (it is"},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=1000@3", 0, ""},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=1000@length=3", 0, ""},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=-1@3", 3, "wrong_bits<=-1@3"},
        {"eval base -n 5 --length 2,3 --require wrong_bits<=1000@4", 2, "no result at '4'"},
        {"eval base -n 5 --length 3:5 --require wrong_bits<=1000@4", 0, ""},
        {"eval base -n 5 --length 5:3", 2, "'5:3' is no range"},
        {"eval base -n 5 --length 1:9000", 2, "--length: too long"},
        {"eval base -n 5 --require wrong_bit<=3", 2, "did you mean 'wrong_bits'?"},
        {"eval base -n 5 --require wrong_bits=3", 2, "is not a condition"},
        {"eval base -n 5 --require wrong_bits<=nan", 2, "is not a condition"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        check_code(table[i].line, mann("%s", table[i].line), table[i].code);
        check_has(table[i].line, err, table[i].says);
    }
    /* What is not met is still reported. */
    root = parsed("eval", (mann("eval base -n 5 --json --require wrong_bits<=-1"), out));
    assert_int_equal(json_array_size(json_object_get(root, "results")), 1);
    json_decref(root);
}

/* A fixed set of examples is scored whole, each once. */
static void test_eval_fixed(void **state)
{
    (void)state;
    char text[4000];
    size_t used = 0;
    for (int i = 0; i < 30; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "{\"input\": [[%d]], \"target\": [[%d]], \"split\": \"%s\"}\n",
                                 i % 2, i % 2,
                                 i < 20   ? "train"
                                 : i < 27 ? "test"
                                          : "validation");
    }
    write_text("fixed.jsonl", text);
    assert_int_equal(mann("train file:fixed.jsonl -m lstm -o fixed --sequences 32 --threads 1"), 0);
    static const struct {
        const char *options;
        int sequences;
    } table[] = {{"", 7},
                 {"-n 3", 3},
                 {"-n 1000", 7},
                 {"--split train", 20},
                 {"--split train -n 19", 19},
                 {"--split validation", 3}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char line[128];
        snprintf(line, sizeof line, "eval fixed --json %s", table[i].options);
        json_t *root = json_of(line);
        json_t *row = json_array_get(json_object_get(root, "results"), 0);
        assert_int_equal(json_integer_value(json_object_get(row, "sequences")), table[i].sequences);
        json_decref(root);
    }
    check_code("--split", mann("eval fixed --split dev"), 2);
    check_has("--split", err, "'dev' is neither train, validation nor test");
}

/* --- run --- */

static int run_on(const char *input, size_t size, const char *line)
{
    write_file("in.txt", input, size);
    int code = mann("%s", line);
    remove("in.txt");
    return code;
}

static size_t lines_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++) {
        count += *text == '\n';
    }
    return count;
}

static void test_run(void **state)
{
    (void)state;
    static const char bits[] = "10110010\n0110 0001\n\n";
    assert_int_equal(run_on(bits, strlen(bits), "run base --input -"), 0);
    assert_int_equal(lines_of(out), 2); /* copy answers as many vectors as it was shown */
    assert_int_equal(strlen(out), 2 * 9);
    assert_int_equal(strspn(out, "01\n"), strlen(out));
    assert_int_equal(run_on(bits, strlen(bits), "run base -i in.txt --raw"), 0);
    assert_int_equal(lines_of(out), 2);
    assert_non_null(strstr(out, "0."));
    /* As wide as the network's input: every step answers. */
    static const char whole[] = "101100100\n000000001\n000000000\n";
    assert_int_equal(run_on(whole, strlen(whole), "run base -i -"), 0);
    assert_int_equal(lines_of(out), 3);
    assert_int_equal(run_on("hello", 5, "run base -i - --format text"), 0);
    assert_int_equal(out_size, 6); /* a byte for a byte, and the end of the line */

    static const struct {
        const char *input;
        size_t size;
        const char *line;
        const char *says;
    } bad[] = {
        {"10110010\n011\n", 13, "run base -i -", "-:2: 3 bits where the lines before have 8"},
        {"1011\n0110\n", 10, "run base -i -", "4 bits per step, but this model takes 9, or 8"},
        {"10110012\n", 9, "run base -i -", "-:1: '2' is neither 0 nor 1"},
        {"10110010\0\n", 10, "run base -i -", "is neither 0 nor 1"},
        {"", 0, "run base -i -", "no steps in it"},
        {"\n \n", 3, "run base -i -", "no steps in it"},
        {"", 0, "run base -i - --format text", "no steps in it"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_code(bad[i].line, run_on(bad[i].input, bad[i].size, bad[i].line), 4);
        check_has(bad[i].line, err, bad[i].says);
        assert_string_equal(out, "");
    }
    assert_int_equal(mann("run base -i nosuch"), 1);

    /* Other kinds of targets print as what they are. */
    write_text("class.jsonl", "{\"input\": [[0], [1]], \"target\": [2, 0]}\n"
                              "{\"input\": [[1], [1]], \"target\": [1, 0]}\n");
    assert_int_equal(mann("train file:class.jsonl -m lstm -o class --sequences 8 --threads 1 "
                          "-p task.target=class -p task.validation=0 -p task.test=0 "
                          "-p train.validate_sequences=4"),
                     0);
    assert_int_equal(run_on("1\n0\n1\n", 6, "run class -i -"), 0);
    assert_int_equal(strlen(out), 6);
    assert_int_equal(strspn(out, "012\n"), 6);
    write_text("real.jsonl", "{\"input\": [[0], [1]], \"target\": [[0.5], [-3]]}\n");
    assert_int_equal(mann("train file:real.jsonl -m lstm -o real --sequences 8 --threads 1 "
                          "-p task.target=real -p task.validation=0 -p task.test=0 "
                          "-p train.validate_sequences=4"),
                     0);
    assert_int_equal(run_on("1\n0\n", 4, "run real -i -"), 0);
    double first, second;
    assert_int_equal(sscanf(out, "%lf %lf", &first, &second), 2);
    assert_true(first != floor(first));
}

/* A story with a question: the best words first, which is what the network gave. */
static void test_run_story(void **state)
{
    (void)state;
    static const char story[] = "1 Ada walks to the barn.\n2 Where is Ada?\tbarn\t1\n";
    assert_int_equal(mann("train story -o tale --sequences 64 --threads 1"), 0);
    assert_int_equal(run_on(story, strlen(story), "run tale -i -"), 0);
    assert_int_equal(lines_of(out), 5);
    char first[64];
    double probability, before = 1, sum = 0;
    assert_int_equal(sscanf(out, "%63s %lf", first, &probability), 2);
    assert_int_equal(run_on(story, strlen(story), "run tale -i - --format text --raw --json"), 0);
    json_t *words = parsed("run --json", out);
    assert_true(json_array_size(words) > 50);
    assert_string_equal(json_string_value(json_object_get(json_array_get(words, 0), "word")),
                        first);
    for (size_t i = 0; i < json_array_size(words); i++) {
        probability = json_number_value(json_object_get(json_array_get(words, i), "probability"));
        assert_true(probability <= before);
        before = probability;
        sum += probability;
    }
    assert_true(sum > 0.5 && sum < 1.0001); /* some of it is on times, which are no words */
    json_decref(words);

    static const char strange[] = "Ada flies to the barn.\nWhere is Ada?";
    assert_int_equal(run_on(strange, strlen(strange), "run tale -i -"), 0);
    check_has("run", err, "unknown words are left out: 'flies'");
    static const struct {
        const char *input, *line;
        int code;
        const char *says;
    } bad[] = {
        {story, "run tale -i - --format bits", 2, "questions about stories, which are text"},
        {"Where is Ada?", "run tale -i -", 4, "-: a question without a story"},
        {"Ada walks.", "run tale -i -", 4, "-: no question"},
        {"", "run tale -i -", 4, "-: no question"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_code(bad[i].line, run_on(bad[i].input, strlen(bad[i].input), bad[i].line),
                   bad[i].code);
        check_has(bad[i].line, err, bad[i].says);
        assert_string_equal(out, "");
    }
}

/* --- info, listings, pictures --- */

/* The first file in a run's traces whose name begins with start. */
static void trace_of(const char *run, char *path, size_t size)
{
    char folder[256];
    path[0] = '\0';
    snprintf(folder, sizeof folder, "%s/traces", run);
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] != '.') {
            snprintf(path, size, "%s/%s", folder, entry->d_name);
        }
    }
    closedir(listing);
    assert_true(*path);
}

/* What info says of a trace's array: "bits", "signed", ...; "" if it has none of that name. */
static void kind_in_trace(const char *path, const char *array, char *kind, size_t size)
{
    char line[512];
    snprintf(line, sizeof line, "info %s --json", path);
    json_t *root = json_of(line);
    const char *text =
        json_string_value(json_object_get(json_object_get(root, "metadata"), "arrays"));
    assert_non_null(text);
    json_t *arrays = parsed(line, text);
    const char *found = json_string_value(json_object_get(json_object_get(arrays, array), "kind"));
    snprintf(kind, size, "%s", found ? found : "");
    json_decref(arrays);
    json_decref(root);
}

static void test_traces(void **state)
{
    (void)state;
    char path[512], kind[32];
    assert_int_equal(mann("train ngram -o ngram --sequences 8 -m lstm -p model.hidden=4 "
                          "-p task.length=9 -p train.batch=4 -p train.validate_sequences=4 "
                          "-p train.trace_settings=length=12 --threads 1"),
                     0);
    trace_of("ngram", path, sizeof path);
    kind_in_trace(path, "input", kind, sizeof kind);
    assert_string_equal(kind, "bits");
    kind_in_trace(path, "optimal", kind, sizeof kind);
    assert_string_equal(kind, "bits");
    kind_in_trace(path, "optimal_cost", kind, sizeof kind);
    assert_string_not_equal(kind, "");
    kind_in_trace(path, "probability", kind, sizeof kind);
    assert_string_equal(kind, ""); /* per context, not per step */

    assert_int_equal(mann("train priority_sort -o sort --sequences 8 -m lstm -p model.hidden=4 "
                          "-p train.batch=4 -p train.validate_sequences=4 --threads 1 "
                          "-p train.trace_settings=items=5,outputs=3"),
                     0);
    trace_of("sort", path, sizeof path);
    kind_in_trace(path, "input", kind, sizeof kind);
    assert_string_equal(kind, "signed"); /* priorities lie in -1..1 */
    kind_in_trace(path, "target", kind, sizeof kind);
    assert_string_equal(kind, "bits");

    /* Settings with which no trace could be made are said before anything is begun. */
    assert_int_equal(mann("train copy -o late -p train.trace_settings=bits=3 %s "
                          "-p train.trace_every=5",
                          TINY),
                     2);
    assert_false(exists("late/run.json"));
}

static void test_info(void **state)
{
    (void)state;
    char path[512], line[600];
    assert_int_equal(mann("info base"), 0);
    check_has("info base", out, "\"stopped\": \"sequences\"");
    check_has("info base", out, "verified");
    json_decref(json_of("info base --json"));
    pointed("base", "LATEST", path, sizeof path);
    snprintf(line, sizeof line, "info %s", path);
    check_code(line, mann("%s", line), 0);
    check_has(line, out, "mann.checkpoint");
    check_has(line, out, "all verified");
    snprintf(line, sizeof line, "info %s --json", path);
    json_t *root = json_of(line);
    json_t *metadata = json_object_get(root, "metadata");
    assert_string_equal(json_string_value(json_object_get(metadata, "step")), "40");
    assert_true(json_array_size(json_object_get(root, "tensors")) > 5);
    json_decref(root);
    assert_int_equal(mkdir("empty", 0777), 0);
    static const expectation table[] = {
        {"info empty", 4, "empty: not a run (run.json is missing)"},
        {"info /dev/null", 1, "/dev/null: cannot be read"},
    };
    CHECK_ALL(table);
}

static void test_listings(void **state)
{
    (void)state;
    static const struct {
        const char *command, *one, *key;
    } lists[] = {{"tasks", "copy", "task.length"},
                 {"models", "ntm", "model.hidden"},
                 {"memories", "matrix", "memory.slots"}};
    for (size_t i = 0; i < 3; i++) {
        char line[64];
        snprintf(line, sizeof line, "%s --json", lists[i].command);
        json_t *root = json_of(line);
        bool found = false;
        for (size_t n = 0; n < json_array_size(root); n++) {
            json_t *item = json_array_get(root, n);
            const char *name = json_string_value(json_object_get(item, "name"));
            assert_non_null(name);
            assert_true(json_is_string(json_object_get(item, "summary")));
            found = found || !strcmp(name, lists[i].one);
            /* Each can be asked for. */
            check_code(name, mann("%s %s", lists[i].command, name), 0);
            check_has(name, out, name);
        }
        assert_true(found);
        json_decref(root);
        assert_int_equal(mann("%s", lists[i].command), 0);
        check_has(line, out, lists[i].one);
        snprintf(line, sizeof line, "%s %s --json", lists[i].command, lists[i].one);
        root = json_of(line);
        assert_string_equal(json_string_value(json_object_get(root, "name")), lists[i].one);
        json_t *options = json_object_get(root, "options");
        found = false;
        for (size_t n = 0; n < json_array_size(options); n++) {
            json_t *row = json_array_get(options, n);
            static const char *const members[] = {"key", "summary", "values", "default"};
            for (size_t m = 0; m < 4; m++) {
                assert_true(json_is_string(json_object_get(row, members[m])));
            }
            found = found || !strcmp(json_string_value(json_object_get(row, "key")), lists[i].key);
        }
        assert_true(found);
        json_decref(root);
    }
}

static void test_render(void **state)
{
    (void)state;
    assert_int_equal(mann("render base -o picture.txt"), 0);
    char *text = read_file("picture.txt", NULL);
    assert_non_null(text);
    check_has("render", text, "copy");
    assert_int_equal(mann("render base -o -"), 0);
    assert_string_equal(out, text);
    free(text);
    assert_int_equal(mann("render base -o picture.png --size 640x400"), 0);
    size_t size;
    char *data = read_file("picture.png", &size);
    assert_non_null(data);
    assert_true(size > 1000 && !memcmp(data, "\x89PNG\r\n\x1a\n", 8));
    free(data);
    static const expectation table[] = {
        {"render base -o picture.jpeg", 2, "picture.jpeg: the name ends in none of .png"},
        {"render base", 2, "-o FILE"},
        {"render -o x.png", 2, "which run, checkpoint or trace?"},
        {"render base -o x.png --size big", 2, "big"},
        {"render base -o x.png --theme pink", 2, "'pink' is neither dark nor light"},
        {"render base -o x.png --scale 0", 2, "--scale: '0'"},
        {"render nosuch -o x.png", 1, "nosuch"},
        {"render base -o a-file/x.png", 1, "a-file/x.png"},
    };
    CHECK_ALL(table);
    assert_false(exists("x.png"));
}

/* --- limits --- */

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(mann("train copy -o u1 --until wrong_bits<=-1 --sequences 160 %s", ENDLESS),
                     3);
    check_has("train", err, "mann train --resume -o u1 --until 'wrong_bits<=-1' goes on");
    assert_string_equal(stopped_by("u1"), "sequences");
    assert_int_equal(mann("train copy -o u2 --until wrong_bits<=1e6 --sequences 1e6 %s", ENDLESS),
                     0);
    assert_string_equal(stopped_by("u2"), "until");
    assert_int_equal(mann("train copy -o u3 --until wrong_bits<=1e6@harder %s", ENDLESS), 0);
    assert_int_equal(mann("train copy -o u4 --until wrong_bits<=-1 --max-time 0.2s %s", ENDLESS),
                     3);
    assert_string_equal(stopped_by("u4"), "time");
    assert_int_equal(mann("train copy -o u5 --max-time 0.2s %s", ENDLESS), 0);
    /* Fewer updates than one validation: there is one all the same, at the end. */
    assert_int_equal(mann("train copy -o u6 --until wrong_bits<=1e6 --sequences 16 %s", ENDLESS),
                     0);
    assert_int_equal(mann("eval u6 -n 2"), 0);
    /* Going on after a limit. */
    assert_int_equal(mann("train --resume -o u1 --sequences 320 --threads 1"), 0);
    json_t *root = json_load_file("u1/run.json", 0, NULL);
    json_t *sequences = json_object_get(json_object_get(root, "run"), "sequences");
    assert_int_equal(json_integer_value(sequences), 320);
    json_decref(root);
    /* Without -o, the next free folder under runs/. */
    assert_int_equal(mann("train copy --sequences 8 %s", TINY), 0);
    assert_int_equal(mann("train copy --sequences 8 %s", TINY), 0);
    assert_true(exists("runs/copy-1/run.json") && exists("runs/copy-2/run.json"));
    remove_folder("runs");
    /* JSON, whatever the folder is called. */
    assert_int_equal(mann("train copy -q --json -o a\"b\\c --sequences 8 %s", TINY), 0);
    assert_string_equal(err, "");
    root = parsed("train --json", out);
    assert_string_equal(json_string_value(json_object_get(root, "run")), "a\"b\\c");
    assert_string_equal(json_string_value(json_object_get(root, "stopped")), "sequences");
    assert_int_equal(json_integer_value(json_object_get(root, "sequences")), 8);
    json_decref(root);
}

static void test_metrics(void **state)
{
    (void)state;
    char *text = read_file("base/metrics.jsonl", NULL), *rest = NULL;
    assert_non_null(text);
    int64_t lines = 0;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        json_t *root = parsed("train", line);
        static const char *const keys[] = {"step",      "sequences", "seconds",
                                           "loss",      "cost_bits", "wrong_bits",
                                           "grad_norm", "lr",        "lesson"};
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            if (!json_is_number(json_object_get(root, keys[i]))) {
                fail_msg("metrics.jsonl lacks %s: %s", keys[i], line);
            }
        }
        assert_true(json_is_number(json_object_get(json_object_get(root, "harder"), "wrong_bits")));
        lines++;
        assert_int_equal(json_integer_value(json_object_get(root, "step")), 10 * lines);
        assert_int_equal(json_integer_value(json_object_get(root, "sequences")), 80 * lines);
        json_decref(root);
    }
    free(text);
    assert_int_equal(lines, 4);
}

/* --- divergence --- */

static void test_divergence(void **state)
{
    (void)state;
    char path[512];
    write_text("huge.jsonl", "{\"input\": [[1], [2]], \"target\": [[1e30], [1]]}\n");
    /* The square of the error is beyond any float: the first update cannot be made. */
    const char *line = "train file:huge.jsonl -m lstm -p task.target=real -p task.validation=0 "
                       "-p task.test=0 -o huge --threads 2";
    check_code(line, mann("%s", line), 5);
    check_has(line, err, "diverged at update 1:");
    check_has(line, err, "not finite: loss at step ");
    check_has(line, err, "huge");
    assert_string_equal(stopped_by("huge"), "diverged");
    assert_int_equal(mann("info huge/diverged-000000001.safetensors"), 0);
    check_has("info", out, "example0.target");
    pointed("huge", "LATEST", path, sizeof path);
    assert_int_equal(mann("info %s", path), 0);
    assert_int_equal(mann("train --resume -o huge"), 5); /* it is no other the second time */

    /* Weights that run away until something overflows: the last good ones are kept. */
    write_text("steep.jsonl", "{\"input\": [[1], [2]], \"target\": [[1e5], [-1e5]]}\n");
    line = "train file:steep.jsonl -m lstm -p task.target=real -p task.validation=0 "
           "-p task.test=0 -p train.optimiser=sgd -p train.lr=1e3 -p train.clip=0 "
           "-p train.clip_norm=0 -o steep --threads 1";
    check_code(line, mann("%s", line), 5);
    check_has(line, err, "diverged at update ");
    check_has(line, err, " at step ");
    check_has(line, err, "try a lower train.lr");
    mann_store *store = latest_of("steep");
    for (int32_t i = 0; i < mann_store_count(store); i++) {
        const mann_stored *t = mann_store_tensor(store, i);
        const float *value = t->data;
        bool weights = strncmp(t->name, "optimiser.", 10) != 0;
        for (size_t n = 0; weights && n < t->bytes / sizeof *value; n++) {
            assert_true(isfinite(value[n]));
        }
    }
    mann_store_close(store);
}

/* --- signals and company --- */

static void test_signals(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    for (int i = 0; i < 2; i++) {
        char line[1024], run[16];
        snprintf(run, sizeof run, "signal%d", i);
        snprintf(line, sizeof line, "train copy -o %s %s", run, ENDLESS);
        pid_t child = start(line);
        wait_for_metrics(run);
        assert_int_equal(kill(child, signals[i]), 0);
        int code = finish(child);
        collect();
        check_code(line, code, 75);
        snprintf(line, sizeof line, "mann train --resume -o %s goes on", run);
        check_has("train", err, line);
        assert_string_equal(stopped_by(run), "signal");
        mann_store *store = latest_of(run);
        long long sequences = atoll(mann_store_metadata(store, "sequences"));
        mann_store_close(store);
        assert_true(sequences >= 80);
        assert_int_equal(
            mann("train --resume -o %s --threads 1 --sequences %lld", run, sequences + 160), 0);
        store = latest_of(run);
        assert_int_equal(atoll(mann_store_metadata(store, "sequences")), sequences + 160);
        mann_store_close(store);
    }
}

static void test_company(void **state)
{
    (void)state;
    char line[1024];
    snprintf(line, sizeof line, "train copy -o shared %s", ENDLESS);
    pid_t child = start(line);
    wait_for_metrics("shared");
    int fresh = mann("train copy -o shared %s", TINY);
    char *fresh_says = strdup(err);
    int resumed = mann("train --resume -o shared");
    char *resumed_says = strdup(err);
    /* Looking on is allowed. */
    int looked = mann("info shared");
    assert_int_equal(kill(child, SIGINT), 0);
    assert_int_equal(finish(child), 75);
    assert_int_equal(fresh, 2);
    check_has("train", fresh_says, "there is a run here already");
    assert_int_equal(resumed, 2);
    check_has("train --resume", resumed_says, "another process is training here");
    assert_int_equal(looked, 0);
    free(fresh_says);
    free(resumed_says);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: test_cli PATH-OF-MANN\n");
        return 2;
    }
    command_find(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_damaged_stories),
        cmocka_unit_test(test_eval),
        cmocka_unit_test(test_eval_fixed),
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_run_story),
        cmocka_unit_test(test_traces),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_listings),
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_divergence),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_company),
    };
    return cmocka_run_group_tests_name("cli", tests, set_up, command_end);
}
