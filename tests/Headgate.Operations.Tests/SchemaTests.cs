using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Testing.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Tests;

/// <summary>The start on a database: which are taken, which are refused and why.</summary>
public sealed class SchemaTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite"), InlineData("postgres")]
    public void No_change_of_the_model_waits_for_a_migration(string kind)
    {
        using var database = kind == "sqlite" ? HeadgateDatabase.Sqlite("nowhere.db") : Postgres("postgres://nobody@nowhere/none");
        using var context = database.Open();
        Assert.False(context.Database.HasPendingModelChanges(), "make one with eng/add-migration");
    }

    [Fact]
    public async Task Servers_that_start_at_one_instant_make_the_schema_once()
    {
        TestDatabase.RequirePostgres();
        await using var stored = await TestDatabase.CreatePostgresAsync(migrated: false);
        var servers = Enumerable.Range(0, 4).Select(_ => stored.OpenAgain()).ToList();
        await Task.WhenAll(servers.Select(server => Task.Run(() => server.MigrateAsync(Stop))));
        Assert.Equal(0, await servers[0].ReadAsync((db, cancel) => db.Operations.CountAsync(cancel), Stop));
        foreach (var server in servers) server.Dispose();
    }

    [Fact]
    public async Task A_database_of_something_else_is_left_alone()
    {
        TestDatabase.RequirePostgres();
        await using var stored = await TestDatabase.CreatePostgresAsync(migrated: false);
        await stored.RunAsync("CREATE TABLE invoices (id int)");
        Assert.Equal("database-not-headgate", await RefusalAsync(stored.Database));
    }

    [Theory]
    [InlineData("sqlite"), InlineData("postgres")]
    public async Task A_database_of_a_newer_version_is_left_alone(string kind)
    {
        if (kind == "postgres") TestDatabase.RequirePostgres();
        await using var stored = kind == "sqlite" ? await TestDatabase.CreateSqliteAsync() : await TestDatabase.CreatePostgresAsync();
        await stored.RunAsync("""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('99991231235959_Later', '99.0')""");
        Assert.Equal("database-newer", await RefusalAsync(stored.Database));
    }

    [Fact]
    public async Task A_database_that_is_not_there_says_so()
    {
        TestDatabase.RequirePostgres();
        using var nowhere = Postgres((await PostgresServer.GetAsync()).Url("no_such_database"));
        Assert.Equal("database-not-found", await RefusalAsync(nowhere));
    }

    [Fact]
    public async Task A_server_that_is_not_there_says_so()
    {
        using var nowhere = Postgres($"postgres://u@/d?host={Path.GetTempPath()}&port=1&connect_timeout=1");
        Assert.Equal("database-unreachable", await RefusalAsync(nowhere));
    }

    [Theory]
    [InlineData("postgres://u@h/d", "postgres://u@h:5432/d")]
    [InlineData("postgresql://u:secret@h:99/d?sslmode=verify-full", "postgres://u@h:99/d")]
    [InlineData("postgres://u@/d?host=/run/postgresql&port=5433", "postgres://u@/d?host=/run/postgresql&port=5433")]
    [InlineData("postgres://u@[::1]:7/d%20e", "postgres://u@[::1]:7/d e")]
    public void An_address_is_shown_as_it_was_given_and_without_its_password(string url, string shown) =>
        Assert.Equal(shown, PostgresUrl.Show(PostgresUrl.Read(url, null).ValueOrThrow()));

    [Theory]
    [InlineData("mysql://u@h/d"), InlineData("postgres://u@h"), InlineData("postgres://u@h/d?sslmode=off"), InlineData("postgres://u@h/d?colour=red")]
    [InlineData("postgres://u@h/d?pool_size=1"), InlineData("postgres:///")]
    public void An_address_that_cannot_be_used_says_why(string url) =>
        Assert.Equal("database-url-invalid", PostgresUrl.Read(url, null).Problem?.Code);

    [Fact]
    public void A_password_that_is_given_apart_is_used()
    {
        Assert.Equal("apart", PostgresUrl.Read("postgres://u@h/d", "apart").ValueOrThrow().Password);
        Assert.Equal("in it", PostgresUrl.Read("postgres://u:in%20it@h/d", "apart").ValueOrThrow().Password);
        Assert.True(PostgresUrl.HasPassword("postgres://u:p@h/d"));
        Assert.False(PostgresUrl.HasPassword("postgres://u@h/d"));
    }

    private static HeadgateDatabase Postgres(string url) => HeadgateDatabase.Postgres(PostgresUrl.Read(url, null).ValueOrThrow());

    private static async Task<string> RefusalAsync(HeadgateDatabase database) =>
        (await Assert.ThrowsAsync<DatabaseRefusedException>(() => database.MigrateAsync(Stop))).Code;
}
