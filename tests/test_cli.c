/* The command as a user meets it: help, names, options, files and folders, good and bad. Networks
 * are tiny: what they learn is the business of test_learn.c.
 *
 * Usage: test_cli PATH-OF-MANN */
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
        {"train copy -p memory2.locations=3", 2, "the model has 1 external memory"},
        {"train copy -m lstm -p memory.locations=3", 2, "the model has 0 external memories"},
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
        {"train copy -p memory.locations=0", 2, "memory.locations: 0 is outside 1.."},
        {"train copy -p memory.locations=99999999999", 2,
         "memory.locations: '99999999999' is not a whole"},
        {"train copy -p memory.locations=ten", 2, "memory.locations: 'ten' is not a whole number"},
        {"train copy -p memory.locations=3.5", 2, "memory.locations: '3.5' is not a whole number"},
        {"train copy -p memory.locations=", 2, "memory.locations: '' is not a whole number"},
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
    write_text("range.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"locations\": 0}}");
    write_text("typo.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"slot\": 4}}");
    write_text("half.json", "{\"task\": {\"name\": \"copy\"}, \"memory\": {\"locations\": 4.5}}");
    write_text("empty.json", "");
    static const expectation table[] = {
        {"train --config broken.json", 4, "broken.json:2:"},
        {"train --config twice.json", 4, "twice.json:2:"},
        {"train --config list.json", 4, "not a JSON object"},
        {"train --config nobody.json", 4, "no task; give"},
        {"train --config kind.json", 4, "kind.json: task.length is neither a number"},
        {"train --config range.json", 2, "range.json: memory.locations: 0 is outside"},
        {"train --config typo.json", 2, "typo.json: unknown option 'memory.slot'; did you mean"},
        {"train --config half.json", 2, "half.json: memory.locations: '4.5' is not a whole number"},
        {"train --config empty.json", 4, "empty.json:1:"},
        {"train --config nosuch.json", 1, "nosuch.json: cannot be read: No such file"},
        {"train ngram --config base/run.json", 2, "unknown option 'task.bits'"},
    };
    CHECK_ALL(table);
    assert_false(exists("runs"));
    /* A file of one's own: the memory's options may stand before the name of the model. */
    write_text("own.json",
               "{\"memory\": {\"locations\": 5}, \"train\": {\"validate_sequences\": 8}, "
               "\"model\": {\"name\": \"ntm-rnn\", \"hidden\": 7}, \"seed\": 12, "
               "\"task\": {\"name\": \"copy\", \"length\": \"1..2\"}}");
    assert_int_equal(mann("train --config own.json -o own --sequences 16 --threads 1"), 0);
    json_t *root = json_load_file("own/run.json", 0, NULL);
    json_t *memory = json_object_get(root, "memory");
    assert_int_equal(json_integer_value(json_object_get(memory, "locations")), 5);
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
    assert_int_equal(mann_archive_save(NULL, path, 1, &t, metadata), MANN_OK);
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
        {"train copy -m memn2n -o f", 2,
         "memn2n reads 'story', but copy gives input, target, mask"},
        {"train story -m memn2n -p model.memory=matrix -o f", 2,
         "memn2n drives no external memory"},
        {"train story -m ntm -o f", 2, "ntm reads 'input', but story gives story, question, "},
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
    };
    return cmocka_run_group_tests_name("cli", tests, command_base, command_end);
}
