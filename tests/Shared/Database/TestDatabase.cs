using System.Reflection;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit.v3;

namespace Headgate.Testing.Database;

/// <summary>The tests of this class run on PostgreSQL, whichever database the others run on.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnPostgresAttribute : Attribute;

/// <summary>
/// A fresh database for one test: a SQLite file, or a PostgreSQL database made from a template. <c>HEADGATE_TEST_DATABASE=postgres</c>
/// has every test that touches a database run on PostgreSQL.
/// </summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private const string Variable = "HEADGATE_TEST_DATABASE";
    private const string Template = "headgate_template";

    private static readonly Lazy<Task<byte[]>> EmptyFile = new(MigrateFileAsync);
    private static readonly Lazy<Task> EmptyPostgres = new(MigrateTemplateAsync);
    private static readonly SemaphoreSlim Copying = new(1, 1); // nobody else may be connected to a template while it is copied
    private static int _last;

    private readonly string? _folder;
    private readonly string? _name;

    private TestDatabase(HeadgateDatabase database, string? folder, string? name) => (Database, _folder, _name) = (database, folder, name);

    /// <summary>Migrated, and empty.</summary>
    public HeadgateDatabase Database { get; }

    /// <summary>Its address, for another server on it; null for SQLite.</summary>
    public string? Url { get; private init; }

    /// <summary>Its address for PostgreSQL's own programs.</summary>
    public string? ConnectionUri { get; private init; }

    /// <summary>Whether the present test runs on PostgreSQL.</summary>
    public static bool IsPostgres => PostgresServer.WhyMissing is null
        && (Environment.GetEnvironmentVariable(Variable) == "postgres" || ClassOfTest?.GetCustomAttribute<OnPostgresAttribute>() is not null);

    private static Type? ClassOfTest => (TestContext.Current.TestClass as IXunitTestClass)?.Class;

    /// <summary>Skips the present test, with the reason, where there is no PostgreSQL.</summary>
    public static void RequirePostgres()
    {
        if (Environment.GetEnvironmentVariable(Variable) == "postgres" && PostgresServer.WhyMissing is { } why)
            throw new InvalidOperationException($"{Variable} asks for PostgreSQL: {why}");
        Assert.SkipWhen(PostgresServer.WhyMissing is not null, PostgresServer.WhyMissing ?? "");
    }

    /// <summary>One for the present test.</summary>
    public static Task<TestDatabase> CreateAsync() => IsPostgres ? CreatePostgresAsync() : CreateSqliteAsync();

    /// <summary>Makes everybody lose it until the result is disposed of: as when its file system, or its server, goes.</summary>
    public async Task<IAsyncDisposable> LoseAsync()
    {
        if (_folder is not null)
        {
            Directory.Move(_folder, _folder + ".away");
            await using var context = Database.Open();
            SqliteConnection.ClearPool((SqliteConnection)context.Database.GetDbConnection()); // only now: the engine opens connections all the time
            return new Restoring(() =>
            {
                Directory.Move(_folder + ".away", _folder);
                return Task.CompletedTask;
            });
        }
        var server = await PostgresServer.GetAsync();
        await server.RunAsync("postgres", $"ALTER DATABASE {_name} ALLOW_CONNECTIONS false; {CutOff(_name!)}");
        return new Restoring(() => server.RunAsync("postgres", $"ALTER DATABASE {_name} ALLOW_CONNECTIONS true"));
    }

    /// <summary>Cuts every connection to it, once.</summary>
    public async Task CutAsync() => await (await PostgresServer.GetAsync()).RunAsync("postgres", CutOff(_name!));

    public async ValueTask DisposeAsync()
    {
        Database.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
            return;
        }
        await (await PostgresServer.GetAsync()).RunAsync("postgres", $"DROP DATABASE {_name} WITH (FORCE)");
    }

    /// <summary>One on SQLite, whichever the test runs on.</summary>
    public static async Task<TestDatabase> CreateSqliteAsync()
    {
        // In memory where there is such a place: these tests kill servers, never the machine, so no commit needs a disk.
        var folder = Directory.CreateDirectory(Path.Combine(
            Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"hg-db-{Guid.NewGuid():N}")).FullName;
        var file = Path.Combine(folder, "headgate.db");
        await File.WriteAllBytesAsync(file, await EmptyFile.Value);
        return new TestDatabase(HeadgateDatabase.Sqlite(file), folder, null);
    }

    /// <summary>One on PostgreSQL; <paramref name="migrated"/> or with nothing in it.</summary>
    public static async Task<TestDatabase> CreatePostgresAsync(bool migrated = true)
    {
        var server = await PostgresServer.GetAsync();
        if (migrated) await EmptyPostgres.Value;
        var name = $"t{Interlocked.Increment(ref _last)}";
        await Copying.WaitAsync();
        try
        {
            await server.RunAsync("postgres", $"CREATE DATABASE {name} OWNER {PostgresServer.Owner} TEMPLATE {(migrated ? Template : "template0")}");
        }
        finally
        {
            Copying.Release();
        }
        return new TestDatabase(HeadgateDatabase.Postgres(Connection(server.Url(name))), null, name) { Url = server.Url(name), ConnectionUri = server.ConnectionUri(name) };
    }

    /// <summary>Runs a statement past everything of ours.</summary>
    public async Task RunAsync(string sql)
    {
        await using var db = Database.Open();
        await db.Database.ExecuteSqlRawAsync(sql);
    }

    /// <summary>Another server's way to the same PostgreSQL database. Dispose it.</summary>
    public HeadgateDatabase OpenAgain() => HeadgateDatabase.Postgres(Connection(Url!));

    private static NpgsqlConnectionStringBuilder Connection(string url) => PostgresUrl.Read(url, null).ValueOrThrow();

    private static string CutOff(string name) => $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'";

    private static async Task<byte[]> MigrateFileAsync()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hg-db-{Guid.NewGuid():N}.db");
        using (var database = HeadgateDatabase.Sqlite(path)) await database.MigrateAsync(CancellationToken.None); // disposed of: its log is folded into the file
        var bytes = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        return bytes;
    }

    private static async Task MigrateTemplateAsync()
    {
        var server = await PostgresServer.GetAsync();
        await server.RunAsync("postgres", $"CREATE DATABASE {Template} OWNER {PostgresServer.Owner}");
        using (var database = HeadgateDatabase.Postgres(Connection(server.Url(Template)))) await database.MigrateAsync(CancellationToken.None);
        await server.RunAsync("postgres", CutOff(Template)); // what a pool may have left
    }

    private sealed class Restoring(Func<Task> restore) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await restore();
    }
}
