using Headgate.Persistence.Engines;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Headgate.Persistence;

/// <summary>
/// The one way to the database: reads on a context of their own, writes as whole transactions that are run again when
/// another writer was faster or the connection went. Work handed to <see cref="WriteAsync{T}"/> must therefore act on its context only.
/// </summary>
public sealed class HeadgateDatabase : IDisposable
{
    /// <summary>Conflicts in a row after which something else than contention is wrong.</summary>
    private const int MostConflicts = 50;

    /// <summary>Between two looks whether a database that went is there again.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly DatabaseEngine _engine;

    // One writer of a process at a time: SQLite has one anyway, and its own busy handler sleeps in steps of 150 ms; on PostgreSQL
    // those who wait for the writers' lock would each hold a connection. Queueing here is fair and costs no thread.
    private readonly SemaphoreSlim _writer = new(1, 1);

    // Set while the last attempt of anybody found the database away: whoever has waited long enough for a turn does not try again.
    private volatile bool _isAway;

    private HeadgateDatabase(DatabaseEngine engine) => _engine = engine;

    /// <summary>
    /// The SQLite file at <paramref name="path"/>. Its folder must exist. Commits are on the disk when they return
    /// (WAL with synchronous=FULL, SQLite's default).
    /// </summary>
    public static HeadgateDatabase Sqlite(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new HeadgateDatabase(new SqliteEngine(path));
    }

    /// <summary>A PostgreSQL database, which several servers may share; see <see cref="PostgresUrl"/>.</summary>
    public static HeadgateDatabase Postgres(NpgsqlConnectionStringBuilder connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new HeadgateDatabase(new PostgresEngine(connection));
    }

    /// <summary>The same with another patience, for tests.</summary>
    internal static HeadgateDatabase Postgres(NpgsqlConnectionStringBuilder connection, TimeSpan rideOut) => new(new PostgresEngine(connection, rideOut));

    /// <summary>Whether other servers may write to it as well.</summary>
    public bool IsShared => _engine.IsShared;

    /// <summary>Where it is, without a password.</summary>
    public string Address => _engine.Address;

    /// <summary>How the servers on it wake one another.</summary>
    public IDatabaseSignals Signals => _engine.Signals;

    /// <summary>A context to read with, without any of the care of <see cref="ReadAsync{T}"/>. Dispose it.</summary>
    public HeadgateDbContext Open() => _engine.Open();

    /// <summary>Checks that it is one of ours and makes or updates the schema. Run at every start, by any number of servers at once.</summary>
    /// <exception cref="DatabaseRefusedException">It cannot be used; says why.</exception>
    public Task MigrateAsync(CancellationToken stop) => _engine.PrepareAsync(stop);

    /// <summary>Reads. Runs <paramref name="work"/> again when the connection went and comes back soon.</summary>
    /// <exception cref="DatabaseUnavailableException">It did not.</exception>
    public async Task<T> ReadAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var context = Open();
                await using (context.ConfigureAwait(false))
                    return await work(context, stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (AwayFrom(failure) is { } away)
            {
                await ComeBackOrThrowAsync(away, began, stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (_engine.IsText(failure))
            {
                throw new TextNotStorableException(failure);
            }
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> and saves what it put, in one transaction that has the writers' lock from its first statement:
    /// what it reads stays true until it commits, whoever else writes. Throws away everything when it throws. When the
    /// connection is lost in the moment of the commit, the database is asked what became of it: work that put something takes effect
    /// once. Work that only runs statements of its own (<c>ExecuteUpdate</c>, <c>ExecuteDelete</c>) may be run twice.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The database is away; says whether it is known that nothing was changed.</exception>
    public Task<T> WriteAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RepeatAsync(began => WriteOnceAsync(work, began, stop), stop);
    }

    /// <summary>As <see cref="WriteAsync{T}"/> for work without a result.</summary>
    public Task WriteAsync(Func<HeadgateDbContext, CancellationToken, Task> work, CancellationToken stop) =>
        WriteAsync<bool>(
            async (db, cancel) =>
            {
                await work(db, cancel).ConfigureAwait(false);
                return true;
            },
            stop);

    /// <summary>
    /// Runs <paramref name="work"/> as <see cref="WriteAsync{T}"/> would, saves what it put so that every rule of the database is heard, and undoes
    /// all of it: what would happen, and nothing that does.
    /// </summary>
    public Task<T> RehearseAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RepeatAsync(_ => RehearseOnceAsync(work, stop), stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _engine.Dispose();
        _writer.Dispose();
    }

    /// <summary>Until it is through: again after a conflict, and after a connection that went and comes back soon.</summary>
    private async Task<T> RepeatAsync<T>(Func<long, Task<T>> once, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var conflicts = 0; ;)
        {
            try
            {
                return await once(began).ConfigureAwait(false);
            }
            catch (DbUpdateConcurrencyException) when (++conflicts < MostConflicts)
            {
                // Somebody wrote past us what we had read: begin again from what is there now.
            }
            catch (Exception failure) when (AwayFrom(failure) is { } away)
            {
                await ComeBackOrThrowAsync(away, began, stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (_engine.IsText(failure))
            {
                throw new TextNotStorableException(failure);
            }
        }
    }

    private async Task<T> RehearseOnceAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        await _writer.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var context = Open();
            await using (context.ConfigureAwait(false))
            {
                var transaction = await _engine.BeginWriteAsync(context, stop).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false)) // ends it without a commit
                {
                    var result = await work(context, stop).ConfigureAwait(false);
                    await context.SaveChangesAsync(stop).ConfigureAwait(false);
                    return result;
                }
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task<T> WriteOnceAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, long began, CancellationToken stop)
    {
        var context = Open();
        await using (context.ConfigureAwait(false))
        {
            var (result, mark) = await CommitAsync(context, work, began, stop).ConfigureAwait(false);
            _isAway = false;
            if (mark is not { } number) return result;
            try
            {
                // Out of the writers' turn: the disk takes the commits of many at once.
                await DoubtingAsync(() => _engine.FlushAsync(context, number), number).ConfigureAwait(false);
            }
            finally
            {
                _engine.Settle(number);
            }
            return result;
        }
    }

    private async Task<(T Result, long? Mark)> CommitAsync<T>(
        HeadgateDbContext context, Func<HeadgateDbContext, CancellationToken, Task<T>> work, long began, CancellationToken stop)
    {
        await _writer.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (_isAway && IsPatienceOver(began)) // those in front of us waited for it in vain
                throw new DatabaseUnavailableException($"The database {Address} does not answer. Nothing was changed; try again soon.", new TimeoutException());
            var transaction = await _engine.BeginWriteAsync(context, stop).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(context, stop).ConfigureAwait(false);
                var mark = await _engine.SaveAsync(context, stop).ConfigureAwait(false);
                // Not to be cancelled: a commit takes a moment, and one that was cancelled may have happened.
                var commit = () => transaction.CommitAsync(CancellationToken.None);
                await (mark is { } number ? DoubtingAsync(commit, number) : commit()).ConfigureAwait(false);
                return (result, mark);
            }
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>Commits or flushes; when the answer is lost, asks what became of it. Throws what went wrong when it did not take effect.</summary>
    private async Task DoubtingAsync(Func<Task> settle, long mark)
    {
        try
        {
            await settle().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            var took = false;
            try
            {
                took = AwayFrom(failure) is not null && await _engine.WasCommittedAsync(mark).ConfigureAwait(false);
            }
            finally
            {
                if (!took) _engine.Settle(mark);
            }
            if (!took) throw;
        }
    }

    private DatabaseUnavailableException? AwayFrom(Exception failure) =>
        failure is DatabaseUnavailableException or OperationCanceledException ? null : _engine.Away(failure);

    private async Task ComeBackOrThrowAsync(DatabaseUnavailableException away, long began, CancellationToken stop)
    {
        _isAway = true;
        if (IsPatienceOver(began)) throw away;
        await Task.Delay(LookAgain, stop).ConfigureAwait(false);
    }

    private bool IsPatienceOver(long began) => TimeProvider.System.GetElapsedTime(began) >= _engine.RideOut;
}
