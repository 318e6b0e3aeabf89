using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Headgate.Persistence.Engines;

/// <summary>A file of one server's own, in WAL mode with full synchronisation.</summary>
internal sealed class SqliteEngine : DatabaseEngine
{
    private readonly string _path;
    private readonly string _connection;
    private readonly DbContextOptions<HeadgateDbContext> _options;

    public SqliteEngine(string path)
    {
        _path = path;
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = 30, // seconds that another process (a backup, the sqlite3 shell) may hold the write lock
        };
        _connection = connection.ConnectionString;
        _options = OptionsFor(_connection);
    }

    public override bool IsShared => false;

    /// <summary>A file does not come back by waiting.</summary>
    public override TimeSpan RideOut => TimeSpan.Zero;

    public override IDatabaseSignals Signals { get; } = new NoSignals();

    public override string Address => _path;

    public static DbContextOptions<HeadgateDbContext> OptionsFor(string connectionString) =>
        new DbContextOptionsBuilder<HeadgateDbContext>()
            .UseSqlite(connectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .Options;

    public override HeadgateDbContext Open() => new(_options);

    public override async Task PrepareAsync(CancellationToken stop)
    {
        var context = Open();
        await using (context.ConfigureAwait(false))
        {
            await SchemaCheck.RequireKnownAsync(context, Address, stop).ConfigureAwait(false);
            await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", stop).ConfigureAwait(false);
            await context.Database.MigrateAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>BEGIN IMMEDIATE, which is what this provider sends unless it is asked for a deferred one.</summary>
    public override Task<IDbContextTransaction> BeginWriteAsync(HeadgateDbContext db, CancellationToken stop) =>
        db.Database.BeginTransactionAsync(stop);

    public override DatabaseUnavailableException? Away(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is SqliteException { SqliteErrorCode: Busy or IoError or Full or CannotOpen } away)
                return new DatabaseUnavailableException($"The database {_path} cannot be used now: {away.Message}", failure);
        }
        return null;
    }

    /// <summary>
    /// Closes the connections that are kept open to this file; the last one folds the log into it. Only these: the provider's "all pools"
    /// closes those of others too, in the middle of their being opened.
    /// </summary>
    public override void Dispose()
    {
        using var any = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(any);
    }

    // sqlite.org/rescode.html
    private const int Busy = 5;
    private const int IoError = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
}
