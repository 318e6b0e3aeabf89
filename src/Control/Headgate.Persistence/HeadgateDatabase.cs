using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Persistence;

/// <summary>
/// The one way to the database: reads on a context of their own, writes as whole transactions that are run again when
/// another writer was faster. Work handed to <see cref="WriteAsync{T}"/> must therefore act on its context only.
/// </summary>
public sealed class HeadgateDatabase : IDisposable
{
    /// <summary>Conflicts in a row after which something else than contention is wrong.</summary>
    private const int MostConflicts = 50;

    private readonly DbContextOptions<HeadgateDbContext> _options;

    // SQLite has one writer. Queueing here is fair and costs no thread; its own busy handler sleeps in steps of 150 ms.
    private readonly SemaphoreSlim _writer = new(1, 1);

    private HeadgateDatabase(DbContextOptions<HeadgateDbContext> options) => _options = options;

    /// <summary>
    /// The SQLite file at <paramref name="path"/>. Its folder must exist. Commits are on the disk when they return
    /// (WAL with synchronous=FULL, SQLite's default).
    /// </summary>
    public static HeadgateDatabase Sqlite(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = 30, // seconds that another process (a backup, the sqlite3 shell) may hold the write lock
        };
        return new HeadgateDatabase(OptionsFor(connection.ConnectionString));
    }

    /// <summary>A context to read with. Dispose it.</summary>
    public HeadgateDbContext Open() => new(_options);

    /// <summary>Makes or updates the schema. Run at every start.</summary>
    public async Task MigrateAsync(CancellationToken stop)
    {
        var context = Open();
        await using (context.ConfigureAwait(false))
        {
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", stop).ConfigureAwait(false);
            await context.Database.MigrateAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Reads.</summary>
    public async Task<T> ReadAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        var context = Open();
        await using (context.ConfigureAwait(false))
            return await work(context, stop).ConfigureAwait(false);
    }

    /// <summary>
    /// Runs <paramref name="work"/> and saves what it put, in one transaction that holds the write lock from its first
    /// statement (BEGIN IMMEDIATE): what it reads stays true until it commits. Throws away everything when it throws.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(work);
        await _writer.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await WriteOnceAsync(work, stop).ConfigureAwait(false);
                }
                catch (DbUpdateConcurrencyException) when (attempt < MostConflicts)
                {
                    // Another server wrote what we had read: begin again from what is there now.
                }
            }
        }
        finally
        {
            _writer.Release();
        }
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

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    internal static DbContextOptions<HeadgateDbContext> OptionsFor(string connectionString) =>
        new DbContextOptionsBuilder<HeadgateDbContext>()
            .UseSqlite(connectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .Options;

    private async Task<T> WriteOnceAsync<T>(Func<HeadgateDbContext, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        var context = Open();
        await using (context.ConfigureAwait(false))
        {
            var transaction = await context.Database.BeginTransactionAsync(stop).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                var result = await work(context, stop).ConfigureAwait(false);
                await context.SaveChangesAsync(stop).ConfigureAwait(false);
                await transaction.CommitAsync(stop).ConfigureAwait(false);
                return result;
            }
        }
    }
}
