using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Headgate.Persistence.Engines;

/// <summary>
/// A PostgreSQL database that several servers may share. Writers take turns by an advisory lock that belongs to the transaction
/// (ADR 0013), so a write transaction means the same as on SQLite.
/// </summary>
internal sealed class PostgresEngine : DatabaseEngine
{
    /// <summary>The writers' lock, within one database: "Headgate" in ASCII, 0x4865616467617465.</summary>
    private const string Lock = "SELECT pg_advisory_xact_lock(5216682827237651557);";

    /// <summary>
    /// The commit does not wait for the disk, so that the lock goes to the next writer at once; <see cref="FlushAsync"/> waits, before
    /// anybody is told. Marks that nobody will ask about go on the way.
    /// </summary>
    private const string Begin = Lock + """SET LOCAL synchronous_commit TO off;DELETE FROM "WriteMarks" WHERE "Writer" = {0} AND "Number" <= {1};""";

    /// <summary>Writes a record to the log, whose commit waits for the disk: for this record and for all before it.</summary>
    private const string Flush = "SELECT pg_logical_emit_message(true, 'headgate', '');";

    /// <summary>Marks of processes that are long gone are swept at a start; a server that runs writes every few seconds.</summary>
    private static readonly TimeSpan MarkKept = TimeSpan.FromDays(30);

    /// <summary>A restart takes a second or two, a failover some more; most clients of the API wait longer than this.</summary>
    private static readonly TimeSpan UsualRideOut = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _source;
    private readonly DbContextOptions<PostgresDbContext> _options;
    private readonly PostgresSignals _signals;
    private readonly Guid _writer = Guid.NewGuid();
    private readonly WriteMarks _marks = new();

    public PostgresEngine(NpgsqlConnectionStringBuilder connection, TimeSpan? rideOut = null)
    {
        RideOut = rideOut ?? UsualRideOut;
        Address = PostgresUrl.Show(connection);
        StartPatience = TimeSpan.FromSeconds(connection.Timeout);
        _source = NpgsqlDataSource.Create(connection);
        _options = OptionsFor(builder => builder.UseNpgsql(_source));
        _signals = new PostgresSignals(_source, _writer);
    }

    public override bool IsShared => true;

    public override TimeSpan RideOut { get; }

    /// <summary>How long a start waits for a PostgreSQL that is only starting itself.</summary>
    public TimeSpan StartPatience { get; }

    public override IDatabaseSignals Signals => _signals;

    public override string Address { get; }

    public static DbContextOptions<PostgresDbContext> OptionsFor(Action<DbContextOptionsBuilder> use)
    {
        var builder = new DbContextOptionsBuilder<PostgresDbContext>();
        use(builder);
        return ((DbContextOptionsBuilder<PostgresDbContext>)builder.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)).Options;
    }

    public override HeadgateDbContext Open() => new PostgresDbContext(_options);

    public override async Task PrepareAsync(CancellationToken stop)
    {
        await PostgresStart.PrepareAsync(this, _source, stop).ConfigureAwait(false);
        var old = DateTimeOffset.UtcNow - MarkKept;
        var context = Open();
        await using (context.ConfigureAwait(false))
            await context.WriteMarks.Where(m => m.At < old).ExecuteDeleteAsync(stop).ConfigureAwait(false);
    }

    public override async Task<IDbContextTransaction> BeginWriteAsync(HeadgateDbContext db, CancellationToken stop)
    {
        db.Database.AutoSavepointsEnabled = false; // a failure throws away the whole transaction anyway
        // Not stricter: each statement must see what the writer before committed, so its snapshot must be newer than the lock.
        var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, stop).ConfigureAwait(false);
        try
        {
            await db.Database.ExecuteSqlRawAsync(Begin, [_writer, _marks.Settled], stop).ConfigureAwait(false);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async Task<long?> SaveAsync(HeadgateDbContext db, CancellationToken stop)
    {
        if (!db.HasWritten && !db.ChangeTracker.HasChanges())
        {
            // Nothing, or statements that may be run twice: no mark, and so no flush of its own either.
            await db.Database.ExecuteSqlRawAsync("SET LOCAL synchronous_commit TO on", stop).ConfigureAwait(false);
            return null;
        }
        var mark = _marks.Next();
        db.WriteMarks.Add(new WriteMark { Writer = _writer, Number = mark, At = DateTimeOffset.UtcNow });
        try
        {
            await db.SaveChangesAsync(stop).ConfigureAwait(false);
            return mark;
        }
        catch
        {
            _marks.Settle(mark);
            throw;
        }
    }

    public override Task FlushAsync(HeadgateDbContext db, long mark) => db.Database.ExecuteSqlRawAsync(Flush);

    public override void Settle(long mark) => _marks.Settle(mark);

    /// <summary>
    /// Waits for the writers' lock, which the doubtful transaction held to its end, whichever that was; then its mark tells. Asks
    /// for as long as a call waits.
    /// </summary>
    public override async Task<bool> WasCommittedAsync(long mark)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var context = Open();
                await using (context.ConfigureAwait(false)) return await IsThereAsync(context, mark).ConfigureAwait(false);
            }
            catch (Exception failure) when (PostgresFailures.IsAway(failure))
            {
                if (TimeProvider.System.GetElapsedTime(began) > RideOut)
                    throw new DatabaseUnavailableException(
                        $"The connection to {Address} was lost while a change was being committed, and the database has not come back to say " +
                        "whether it was. Repeat the request with the same Idempotency-Key, or look whether it took effect.", failure)
                    {
                        IsOutcomeUnknown = true,
                    };
                await Task.Delay(AskAgain).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> IsThereAsync(HeadgateDbContext context, long mark)
    {
        bool isThere;
        var transaction = await BeginWriteAsync(context, CancellationToken.None).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
            isThere = await context.WriteMarks.AnyAsync(m => m.Writer == _writer && m.Number == mark).ConfigureAwait(false);
        if (isThere) await FlushAsync(context, mark).ConfigureAwait(false); // it may have been in the database's memory only
        return isThere;
    }

    public override DatabaseUnavailableException? Away(Exception failure) => PostgresFailures.IsAway(failure)
        ? new DatabaseUnavailableException($"The database {Address} does not answer: {PostgresFailures.Told(failure)} Nothing was changed; try again soon.", failure)
        : null;

    public override bool IsText(Exception failure) => failure.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire };

    public override void Dispose()
    {
        _signals.Dispose();
        _source.Dispose();
    }
}
