using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Testing.Database;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations.Tests;

/// <summary>What a write means on PostgreSQL: once, whole, and in its turn, whatever becomes of the connection.</summary>
[OnPostgres]
public sealed class PostgresDatabaseTests : IAsyncLifetime
{
    private TestDatabase _stored = null!;

    public PostgresDatabaseTests() => TestDatabase.RequirePostgres();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _stored = await TestDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _stored.DisposeAsync();

    [Fact]
    public async Task Of_many_writers_on_two_servers_none_overwrites_what_it_did_not_read()
    {
        using var other = _stored.OpenAgain();
        await _stored.Database.WriteAsync((db, _) => Add(db, "0"), Stop);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => CountUpAsync(i % 2 == 0 ? _stored.Database : other))));
        Assert.Equal("40", (await FactAsync()).Value);
    }

    [Theory]
    [InlineData(nameof(Loss.Request)), InlineData(nameof(Loss.Reply))]
    public async Task A_commit_whose_connection_is_lost_takes_effect_once(string loss)
    {
        await using var relay = new LossyRelay(SocketOf(_stored));
        using var far = Through(relay);
        await far.WriteAsync((db, _) => Add(db, "0"), Stop);
        relay.LoseNext(Enum.Parse<Loss>(loss));
        var ran = 0;
        await far.WriteAsync(
            async (db, cancel) =>
            {
                ran++;
                await CountUpAsync(db, cancel);
            },
            Stop);
        Assert.Equal((1, "1"), (relay.Lost, (await FactAsync()).Value));
        Assert.Equal(loss == nameof(Loss.Reply) ? 1 : 2, ran); // what was committed is not done again
    }

    [Fact]
    public async Task A_connection_that_is_cut_within_the_work_is_nobodys_business()
    {
        await _stored.Database.WriteAsync((db, _) => Add(db, "0"), Stop);
        var ran = 0;
        await _stored.Database.WriteAsync(
            async (db, cancel) =>
            {
                if (ran++ == 0) await _stored.CutAsync();
                await CountUpAsync(db, cancel);
            },
            Stop);
        Assert.Equal((2, "1"), (ran, (await FactAsync()).Value));
        await _stored.CutAsync();
        Assert.Equal("1", (await FactAsync()).Value);
    }

    [Fact]
    public async Task A_database_that_stays_away_is_told_as_such_and_serves_again_when_it_is_back()
    {
        using var hasty = HeadgateDatabase.Postgres(PostgresUrl.Read(_stored.Url!, null).ValueOrThrow(), rideOut: TimeSpan.FromMilliseconds(500));
        await using (await _stored.LoseAsync())
        {
            var read = Assert.ThrowsAsync<DatabaseUnavailableException>(() => hasty.ReadAsync((db, cancel) => db.Facts.CountAsync(cancel), Stop));
            var write = Assert.ThrowsAsync<DatabaseUnavailableException>(() => hasty.WriteAsync((db, _) => Add(db, "0"), Stop));
            Assert.Equal(["database-unreachable", "database-unreachable"], (await Task.WhenAll(read, write)).Select(e => e.Code));
        }
        await hasty.WriteAsync((db, _) => Add(db, "0"), Stop);
        Assert.Equal("0", (await FactAsync()).Value);
    }

    [Fact]
    public async Task Names_are_told_apart_and_ordered_as_on_sqlite()
    {
        string[] names = ["b", "B", "a", "_", "Z", "ä", "a1", "a-1", "É"];
        await using var sqlite = await TestDatabase.CreateSqliteAsync();
        Assert.Equal(names.Order(StringComparer.Ordinal), await InOrderAsync(_stored.Database, names));
        Assert.Equal(names.Order(StringComparer.Ordinal), await InOrderAsync(sqlite.Database, names));
        Assert.False(await _stored.Database.ReadAsync((db, cancel) => db.Zones.AnyAsync(z => z.Name == "A", cancel), Stop));
    }

    [Fact]
    public async Task A_text_with_a_NUL_is_refused_in_a_question_and_made_harmless_in_a_message()
    {
        var name = "a\0b"; // as a parameter, which is how what clients send comes
        await Assert.ThrowsAsync<TextNotStorableException>(() => _stored.Database.ReadAsync((db, cancel) => db.Zones.AnyAsync(z => z.Name == name, cancel), Stop));
        await _stored.Database.WriteAsync((db, _) => Add(db, "said \0 so"), Stop);
        Assert.Equal("said \uFFFD so", (await FactAsync()).Value);
    }

    [Fact]
    public async Task Word_of_a_change_reaches_the_other_server_and_not_the_one_that_sent_it()
    {
        using var other = _stored.OpenAgain();
        var (heard, ready, own) = (NewSource<Guid>(), NewSource<bool>(), new List<Guid>());
        using var here = _stored.Database.Signals.Listen(id =>
        {
            if (id is { } mine) own.Add(mine);
        });
        using var there = other.Signals.Listen(id =>
        {
            if (id is { } told) heard.TrySetResult(told);
            else ready.TrySetResult(true);
        });
        await ready.Task.WaitAsync(Patience.Long, Stop);
        var subject = Guid.NewGuid();
        _stored.Database.Signals.Tell(subject);
        Assert.Equal(subject, await heard.Task.WaitAsync(Patience.Long, Stop));
        Assert.Empty(own);
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<DatabaseFact> FactAsync() => _stored.Database.ReadAsync((db, cancel) => db.Facts.SingleAsync(f => f.Name == "n", cancel), Stop);

    private static Task Add(HeadgateDbContext db, string value)
    {
        db.Facts.Add(new DatabaseFact { Name = "n", Value = value });
        return Task.CompletedTask;
    }

    private static Task CountUpAsync(HeadgateDatabase database) => database.WriteAsync(CountUpAsync, Stop);

    /// <summary>Without a version that would betray a write in between.</summary>
    private static async Task CountUpAsync(HeadgateDbContext db, CancellationToken stop)
    {
        var fact = await db.Facts.SingleAsync(f => f.Name == "n", stop);
        db.Facts.Update(fact with { Value = $"{int.Parse(fact.Value, null) + 1}" });
    }

    private static async Task<List<string>> InOrderAsync(HeadgateDatabase database, string[] names)
    {
        await database.WriteAsync(
            (db, _) =>
            {
                foreach (var name in names) db.Zones.Add(new Zone { Id = Guid.CreateVersion7(), Name = name, CreatedAt = DateTimeOffset.UnixEpoch });
                return Task.CompletedTask;
            },
            Stop);
        return await database.ReadAsync((db, cancel) => db.Zones.OrderBy(z => z.Name).Select(z => z.Name).ToListAsync(cancel), Stop);
    }

    private static string SocketOf(TestDatabase stored) => Path.Combine(PostgresUrl.Read(stored.Url!, null).ValueOrThrow().Host!, ".s.PGSQL.5432");

    private HeadgateDatabase Through(LossyRelay relay)
    {
        var connection = PostgresUrl.Read(_stored.Url!, null).ValueOrThrow();
        (connection.Host, connection.Port) = ("127.0.0.1", relay.Port);
        return HeadgateDatabase.Postgres(connection);
    }
}
