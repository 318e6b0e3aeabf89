/*
 * iscsi-load: load on iSCSI volumes and what came of it, as JSON. It is a client of libiscsi's asynchronous API and knows nothing of the
 * target: build it against a distribution's libiscsi and point it at any target.
 *
 *   cc -O2 -Wall -Wextra -o iscsi-load iscsi-load.c -liscsi
 *
 * What keeps it honest:
 *  - Open loop (--rate): each I/O has an intended start on a fixed schedule, and its latency counts from there, whether or not it could be
 *    sent then. An I/O that was due and never sent counts with its age at the end. Nothing is left out because the target was slow.
 *  - Throughput counts completions that lie in the measured time, by the second in which the client saw them.
 *  - Failures are counted and make the exit status 1. A UNIT ATTENTION (a limit or a size was changed) is repeated, not a failure; the time
 *    of the first attempt counts. So is TASK SET FULL or BUSY, which is how a target pushes back: as in an operating system, the I/O waits
 *    until another one has come back, and its latency goes on.
 *  - No reconnects: a lost connection is a failure.
 *  - All I/Os share two buffers, one to read into and one to write from, so that the client's cache misses are few and always the same.
 *    Its own CPU time is in the output, to be weighed against the target's where both share a machine.
 *
 * One thread serves all volumes given, each with its own connection, queue and figures.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#define NS_PER_S 1000000000LL
#define SECONDS_MAX 3600          /* of measured time: one slot each */
#define LANES_MAX 64              /* volumes in one process */
#define DRAIN_NS (15 * NS_PER_S)  /* for what is in flight at the end; then it counts as failed */

struct options {
    const char *initiator, *user, *secret;
    const char *url[LANES_MAX];
    int lanes, depth, read_percent;
    uint32_t block;
    uint64_t span;    /* bytes of the volume that are used; 0: all */
    uint64_t count;   /* end after so many I/Os per volume; 0: by time */
    double rate;      /* per volume; 0: closed loop */
    double seconds, warmup;
    bool sequential;
    uint64_t seed;
};

/* Log-linear: 64 steps to each power of two of nanoseconds, so a figure is at most 1.6 % off. */
#define STEPS_LOG2 6
#define BUCKETS ((64 - STEPS_LOG2) << STEPS_LOG2)
struct histogram { uint64_t bucket[BUCKETS], count, sum_ns, max_ns; };

struct lane;
struct io { struct lane *lane; struct io *next_free; int64_t intended_ns; uint64_t lba; bool is_read; struct scsi_iovec iov; };

struct lane {
    struct iscsi_context *iscsi;
    struct iscsi_url *url;
    struct io *slots, *free, *again; /* again: pushed back, in flight all the same */
    int in_flight, pushed_back_now;
    bool dead;
    uint32_t lba_bytes;
    uint64_t blocks, next_block, random;
    uint64_t scheduled;                     /* I/Os handed out since the start: the schedule's position */
    uint64_t ios, reads, bytes, failed, attentions, pushed_back, overdue;
    uint64_t ios_by_second[SECONDS_MAX], bytes_by_second[SECONDS_MAX];
    struct histogram latency;
};

static struct options opt = { .initiator = "iqn.2026-01.org.headgate:load", .depth = 32, .read_percent = 100, .block = 4096, .seconds = 10, .seed = 1 };
static struct lane lanes[LANES_MAX];
static int64_t start_ns, measure_ns, end_ns; /* load begins, measuring begins, no more is sent */
static unsigned char *read_buffer, *write_buffer;
static volatile sig_atomic_t stopped;

static void stop(int signal) { (void)signal; stopped = 1; }

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("iscsi-load: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

/* ---- latency ---- */

static unsigned bucket_of(uint64_t ns)
{
    if (ns < (1u << STEPS_LOG2)) return (unsigned)ns;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - STEPS_LOG2;
    return ((shift + 1) << STEPS_LOG2) + (unsigned)((ns >> shift) & ((1u << STEPS_LOG2) - 1));
}

static uint64_t upper_ns(unsigned bucket)
{
    unsigned shift = bucket >> STEPS_LOG2, step = bucket & ((1u << STEPS_LOG2) - 1);
    return shift == 0 ? step : (((uint64_t)(1u << STEPS_LOG2) + step + 1) << (shift - 1)) - 1;
}

static void note_latency(struct histogram *h, int64_t ns)
{
    uint64_t value = ns < 0 ? 0 : (uint64_t)ns;
    h->bucket[bucket_of(value)]++;
    h->count++;
    h->sum_ns += value;
    if (value > h->max_ns) h->max_ns = value;
}

static double percentile_us(const struct histogram *h, double percent)
{
    if (h->count == 0) return 0;
    uint64_t wanted = (uint64_t)(percent / 100 * (double)h->count + 0.5), seen = 0;
    if (wanted == 0) wanted = 1;
    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= wanted) return (double)(upper_ns(i) < h->max_ns ? upper_ns(i) : h->max_ns) / 1000;
    }
    return (double)h->max_ns / 1000;
}

/* ---- one I/O ---- */

static void send_io(struct io *io);

static uint64_t random_of(struct lane *lane) /* xorshift64* */
{
    lane->random ^= lane->random >> 12;
    lane->random ^= lane->random << 25;
    lane->random ^= lane->random >> 27;
    return lane->random * 0x2545F4914F6CDD1DULL;
}

static void give_back(struct io *io)
{
    io->lane->in_flight--;
    io->next_free = io->lane->free;
    io->lane->free = io;
}

static void note_done(struct io *io, int64_t now)
{
    struct lane *lane = io->lane;
    if (now >= measure_ns && now < end_ns) {
        int64_t second = (now - measure_ns) / NS_PER_S;
        lane->ios++;
        lane->reads += io->is_read;
        lane->bytes += opt.block;
        if (second < SECONDS_MAX) {
            lane->ios_by_second[second]++;
            lane->bytes_by_second[second] += opt.block;
        }
    }
    if (io->intended_ns >= measure_ns) note_latency(&lane->latency, now - io->intended_ns);
}

static void fail(struct lane *lane, const char *what)
{
    if (lane->failed++ == 0) fprintf(stderr, "iscsi-load: %s: %s\n", lane->url->target, what);
}

static void send_again(struct lane *lane)
{
    struct io *io = lane->again;
    if (!io) return;
    lane->again = io->next_free;
    lane->pushed_back_now--;
    send_io(io);
}

static void on_done(struct iscsi_context *iscsi, int status, void *data, void *private_data)
{
    struct scsi_task *task = data;
    struct io *io = private_data;
    if (status == SCSI_STATUS_CHECK_CONDITION && task->sense.key == SCSI_SENSE_UNIT_ATTENTION && !io->lane->dead) {
        io->lane->attentions++;
        scsi_free_scsi_task(task);
        send_io(io);
        return;
    }
    struct lane *lane = io->lane;
    if ((status == SCSI_STATUS_TASK_SET_FULL || status == SCSI_STATUS_BUSY) && !lane->dead) {
        lane->pushed_back++;
        lane->pushed_back_now++;
        scsi_free_scsi_task(task);
        io->next_free = lane->again;
        lane->again = io;
        return;
    }
    if (status == SCSI_STATUS_GOOD) note_done(io, now_ns());
    else fail(lane, iscsi_get_error(iscsi));
    if (task) scsi_free_scsi_task(task);
    give_back(io);
    send_again(lane);
}

static void send_io(struct io *io)
{
    struct lane *lane = io->lane;
    int lun = lane->url->lun, size = (int)lane->lba_bytes;
    io->iov = (struct scsi_iovec){ .iov_base = io->is_read ? read_buffer : write_buffer, .iov_len = opt.block };
    struct scsi_task *task = io->is_read
        ? iscsi_read16_iov_task(lane->iscsi, lun, io->lba, opt.block, size, 0, 0, 0, 0, 0, on_done, io, &io->iov, 1)
        : iscsi_write16_iov_task(lane->iscsi, lun, io->lba, NULL, opt.block, size, 0, 0, 0, 0, 0, on_done, io, &io->iov, 1);
    if (task) return;
    fail(lane, iscsi_get_error(lane->iscsi));
    give_back(io);
}

static void start_io(struct lane *lane, int64_t intended_ns)
{
    struct io *io = lane->free;
    lane->free = io->next_free;
    lane->in_flight++;
    lane->scheduled++;
    uint64_t block = opt.sequential ? lane->next_block++ % lane->blocks : random_of(lane) % lane->blocks;
    io->intended_ns = intended_ns;
    io->lba = block * (opt.block / lane->lba_bytes);
    io->is_read = opt.read_percent == 100 || (int)(random_of(lane) % 100) < opt.read_percent;
    send_io(io);
}

/* ---- the loop ---- */

static int64_t next_due_ns(const struct lane *lane)
{
    return start_ns + (int64_t)((double)lane->scheduled * (double)NS_PER_S / opt.rate);
}

static bool has_more(const struct lane *lane, int64_t now)
{
    return !lane->dead && now < end_ns && (opt.count == 0 || lane->scheduled < opt.count);
}

/* Sends all that may go; returns when the next one is due, or INT64_MAX when a completion has to come first. */
static int64_t fill(struct lane *lane)
{
    int64_t now = now_ns();
    if (lane->pushed_back_now == lane->in_flight) send_again(lane);
    while (lane->free && !lane->again && has_more(lane, now)) {
        if (opt.rate > 0) {
            int64_t due = next_due_ns(lane);
            if (due > now) return due;
            start_io(lane, due);
        } else {
            start_io(lane, now);
        }
        now = now_ns();
    }
    return INT64_MAX;
}

static void serve(struct pollfd *polled, int64_t until)
{
    for (int i = 0; i < opt.lanes; i++) {
        struct lane *lane = &lanes[i];
        polled[i] = (struct pollfd){ .fd = lane->dead ? -1 : iscsi_get_fd(lane->iscsi), .events = lane->dead ? 0 : (short)iscsi_which_events(lane->iscsi) };
    }
    int64_t wait = until - now_ns();
    if (wait < 0) wait = 0;
    struct timespec timeout = { .tv_sec = wait / NS_PER_S, .tv_nsec = wait % NS_PER_S };
    if (ppoll(polled, (nfds_t)opt.lanes, &timeout, NULL) < 0 && errno != EINTR) die("poll: %s", strerror(errno));
    for (int i = 0; i < opt.lanes; i++) {
        struct lane *lane = &lanes[i];
        if (lane->dead || polled[i].revents == 0) continue;
        if (iscsi_service(lane->iscsi, polled[i].revents) < 0) {
            lane->dead = true;
            fail(lane, iscsi_get_error(lane->iscsi));
        }
    }
}

static void run(void)
{
    struct pollfd polled[LANES_MAX];
    start_ns = now_ns();
    measure_ns = start_ns + (int64_t)(opt.warmup * (double)NS_PER_S);
    end_ns = opt.count > 0 ? INT64_MAX : measure_ns + (int64_t)(opt.seconds * (double)NS_PER_S);
    for (;;) {
        int64_t until = end_ns;
        bool busy = false;
        for (int i = 0; i < opt.lanes; i++) {
            int64_t due = fill(&lanes[i]);
            if (due < until) until = due;
            busy = busy || lanes[i].in_flight > 0 || has_more(&lanes[i], now_ns());
        }
        if (stopped || !busy || now_ns() >= end_ns) break;
        if (until == INT64_MAX) until = now_ns() + NS_PER_S;
        serve(polled, until);
    }
    if (stopped || opt.count > 0) end_ns = now_ns();

    for (int i = 0; i < opt.lanes; i++) { /* due and never sent: at least this late */
        if (opt.rate <= 0 || opt.count > 0) continue;
        for (int64_t due; (due = next_due_ns(&lanes[i])) < end_ns; lanes[i].scheduled++) {
            if (due < measure_ns) continue;
            note_latency(&lanes[i].latency, end_ns - due);
            lanes[i].overdue++;
        }
    }
    for (int64_t give_up = now_ns() + DRAIN_NS;;) {
        int left = 0;
        for (int i = 0; i < opt.lanes; i++) {
            left += lanes[i].dead ? 0 : lanes[i].in_flight;
            if (!lanes[i].dead && lanes[i].pushed_back_now == lanes[i].in_flight) send_again(&lanes[i]);
        }
        if (left == 0) return;
        if (now_ns() > give_up) die("%d I/Os did not come back within %lld s of the end", left, DRAIN_NS / NS_PER_S);
        serve(polled, now_ns() + NS_PER_S / 10);
    }
}

/* ---- before and after ---- */

static void connect_lane(struct lane *lane, const char *url, int index)
{
    lane->iscsi = iscsi_create_context(opt.initiator);
    if (!lane->iscsi) die("no memory for a connection");
    lane->url = iscsi_parse_full_url(lane->iscsi, url);
    if (!lane->url) die("%s", iscsi_get_error(lane->iscsi));
    if (opt.user) iscsi_set_initiator_username_pwd(lane->iscsi, opt.user, opt.secret ? opt.secret : "");
    iscsi_set_session_type(lane->iscsi, ISCSI_SESSION_NORMAL);
    iscsi_set_header_digest(lane->iscsi, ISCSI_HEADER_DIGEST_NONE);
    iscsi_set_targetname(lane->iscsi, lane->url->target);
    iscsi_set_noautoreconnect(lane->iscsi, 1);
    if (iscsi_full_connect_sync(lane->iscsi, lane->url->portal, lane->url->lun) != 0)
        die("login at %s %s: %s", lane->url->portal, lane->url->target, iscsi_get_error(lane->iscsi));

    struct scsi_task *task = iscsi_readcapacity16_sync(lane->iscsi, lane->url->lun);
    struct scsi_readcapacity16 *capacity = task && task->status == SCSI_STATUS_GOOD ? scsi_datain_unmarshall(task) : NULL;
    if (!capacity) die("READ CAPACITY: %s", iscsi_get_error(lane->iscsi));
    lane->lba_bytes = capacity->block_length;
    uint64_t bytes = (capacity->returned_lba + 1) * (uint64_t)capacity->block_length;
    scsi_free_scsi_task(task);
    if (opt.span > 0 && opt.span < bytes) bytes = opt.span;
    lane->blocks = bytes / opt.block;
    if (lane->blocks == 0 || opt.block % lane->lba_bytes != 0)
        die("blocks of %" PRIu32 " bytes do not fit %" PRIu64 " bytes in logical blocks of %" PRIu32, opt.block, bytes, lane->lba_bytes);

    lane->random = (opt.seed + (uint64_t)index) * 0x9E3779B97F4A7C15ULL | 1;
    lane->slots = calloc((size_t)opt.depth, sizeof *lane->slots);
    if (!lane->slots) die("no memory for %d I/Os", opt.depth);
    for (int i = 0; i < opt.depth; i++) {
        lane->slots[i].lane = lane;
        lane->slots[i].next_free = lane->free;
        lane->free = &lane->slots[i];
    }
}

static void print_lane(const struct lane *lane, double seconds)
{
    printf("    {\"target\": \"%s\", \"ios\": %" PRIu64 ", \"reads\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"iops\": %.2f, \"bytes_per_second\": %.0f,\n",
        lane->url->target, lane->ios, lane->reads, lane->bytes, (double)lane->ios / seconds, (double)lane->bytes / seconds);
    printf("     \"errors\": %" PRIu64 ", \"unit_attentions\": %" PRIu64 ", \"pushed_back\": %" PRIu64 ", \"overdue\": %" PRIu64 ",\n", lane->failed, lane->attentions, lane->pushed_back, lane->overdue);
    printf("     \"latency_us\": {\"count\": %" PRIu64 ", \"mean\": %.1f, \"p50\": %.1f, \"p95\": %.1f, \"p99\": %.1f, \"p99_9\": %.1f, \"max\": %.1f},\n",
        lane->latency.count, lane->latency.count ? (double)lane->latency.sum_ns / 1000 / (double)lane->latency.count : 0,
        percentile_us(&lane->latency, 50), percentile_us(&lane->latency, 95), percentile_us(&lane->latency, 99),
        percentile_us(&lane->latency, 99.9), (double)lane->latency.max_ns / 1000);
    int whole = seconds < SECONDS_MAX ? (int)seconds : SECONDS_MAX;
    printf("     \"ios_by_second\": [");
    for (int i = 0; i < whole; i++) printf("%s%" PRIu64, i ? ", " : "", lane->ios_by_second[i]);
    printf("],\n     \"bytes_by_second\": [");
    for (int i = 0; i < whole; i++) printf("%s%" PRIu64, i ? ", " : "", lane->bytes_by_second[i]);
    printf("]}");
}

static int report(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    double seconds = (double)(end_ns - measure_ns) / (double)NS_PER_S, all = 0;
    if (seconds <= 0) die("stopped before the warm-up was over");
    uint64_t failed = 0;
    for (int i = 0; i < opt.lanes; i++) {
        failed += lanes[i].failed;
        all += (double)lanes[i].scheduled;
    }
    printf("{\"depth\": %d, \"block\": %" PRIu32 ", \"read_percent\": %d, \"pattern\": \"%s\", \"rate\": %.2f, \"seconds\": %.3f, \"warmup\": %.1f,\n",
        opt.depth, opt.block, opt.read_percent, opt.sequential ? "sequential" : "random", opt.rate, seconds, opt.warmup);
    printf(" \"measured_from_monotonic\": %.6f, \"client_cpu_seconds\": %.3f, \"client_cpu_us_per_io\": %.2f,\n \"targets\": [\n",
        (double)measure_ns / (double)NS_PER_S, cpu, all > 0 ? cpu * 1e6 / all : 0);
    for (int i = 0; i < opt.lanes; i++) {
        print_lane(&lanes[i], seconds);
        puts(i + 1 < opt.lanes ? "," : "");
    }
    puts("]}");
    return failed == 0 ? 0 : 1;
}

static void usage(FILE *to)
{
    fputs("usage: iscsi-load [options] URL...      URL: iscsi://[USER%SECRET@]HOST:PORT/TARGET/LUN, at most 64\n"
          "  --initiator IQN   --user NAME   --secret-env VARIABLE (CHAP, when the URL has none)\n"
          "  --depth N         I/Os in flight per volume (32)\n"
          "  --block BYTES     size of an I/O (4096)\n"
          "  --mix read|write|PERCENT   share of reads (read)\n"
          "  --sequential      instead of random\n"
          "  --span BYTES      use only the start of each volume (all)\n"
          "  --rate N          I/Os per second per volume on a schedule; latency counts from the schedule (closed loop)\n"
          "  --seconds S       measured time (10)   --warmup S before it (0)   --count N I/Os per volume instead of a time\n"
          "  --seed N          of the order of blocks (1)\n"
          "JSON on standard output; exit status 1 when an I/O failed, 2 when nothing could be measured. SIGTERM ends it early, with figures.\n", to);
}

static void read_options(int argc, char **argv)
{
    static const struct option known[] = {
        { "initiator", required_argument, NULL, 'i' }, { "user", required_argument, NULL, 'u' }, { "secret-env", required_argument, NULL, 'e' },
        { "depth", required_argument, NULL, 'q' }, { "block", required_argument, NULL, 'b' }, { "mix", required_argument, NULL, 'm' },
        { "sequential", no_argument, NULL, 's' }, { "span", required_argument, NULL, 'S' }, { "rate", required_argument, NULL, 'r' },
        { "seconds", required_argument, NULL, 't' }, { "warmup", required_argument, NULL, 'w' }, { "count", required_argument, NULL, 'n' },
        { "seed", required_argument, NULL, 'd' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
    };
    for (int c; (c = getopt_long(argc, argv, "h", known, NULL)) != -1;) {
        switch (c) {
        case 'i': opt.initiator = optarg; break;
        case 'u': opt.user = optarg; break;
        case 'e': opt.secret = getenv(optarg); break;
        case 'q': opt.depth = atoi(optarg); break;
        case 'b': opt.block = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'm': opt.read_percent = !strcmp(optarg, "read") ? 100 : !strcmp(optarg, "write") ? 0 : atoi(optarg); break;
        case 's': opt.sequential = true; break;
        case 'S': opt.span = strtoull(optarg, NULL, 10); break;
        case 'r': opt.rate = atof(optarg); break;
        case 't': opt.seconds = atof(optarg); break;
        case 'w': opt.warmup = atof(optarg); break;
        case 'n': opt.count = strtoull(optarg, NULL, 10); break;
        case 'd': opt.seed = strtoull(optarg, NULL, 10); break;
        case 'h': usage(stdout); exit(0);
        default: usage(stderr); exit(2);
        }
    }
    while (optind < argc && opt.lanes < LANES_MAX) opt.url[opt.lanes++] = argv[optind++];
    if (opt.lanes == 0 || optind < argc || opt.depth < 1 || opt.block < 512 || opt.read_percent < 0 || opt.read_percent > 100
        || opt.seconds <= 0 || opt.seconds > SECONDS_MAX || opt.warmup < 0 || opt.rate < 0) {
        usage(stderr);
        exit(2);
    }
}

/*
 * What a paced client waits for the processor, on a machine that it shares with the target, is not the target's latency: in a data centre it
 * has one of its own. So it measures with real-time priority where it may (root, CAP_SYS_NICE); it uses 1 or 2 % of a core. Elsewhere a short
 * slice lets it in as soon as an answer is there (EEVDF, Linux 6.12 and later) without more of the processor. Else nothing happens.
 */
static void keep_clear_of_the_target(void)
{
    struct sched_param first = { .sched_priority = 1 };
    if (sched_setscheduler(0, SCHED_FIFO, &first) == 0) return;
    struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; } attributes = { 0 };
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0 || attributes.policy != 0) return;
    attributes.runtime = 100 * 1000; /* the least that the kernel takes */
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    prctl(PR_SET_TIMERSLACK, 1UL); /* 50 us of slack would be in every paced latency */
    if (opt.rate > 0) keep_clear_of_the_target();
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    signal(SIGPIPE, SIG_IGN);
    if (posix_memalign((void **)&read_buffer, 4096, opt.block) != 0 || posix_memalign((void **)&write_buffer, 4096, opt.block) != 0)
        die("no memory for blocks of %" PRIu32 " bytes", opt.block);
    for (uint32_t i = 0; i < opt.block; i++) write_buffer[i] = (unsigned char)(i * 2654435761u >> 24); /* no zeros: nothing to be saved by them */
    for (int i = 0; i < opt.lanes; i++) connect_lane(&lanes[i], opt.url[i], i);
    run();
    return report();
}
