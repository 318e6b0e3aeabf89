using System.Text.Json;
using Headgate.Crash.Tests.Everywhere;
using Headgate.Testing.Database;

namespace Headgate.Crash.Tests.Backup;

/// <summary>A backup that is taken while the server works, and what is found after a restore.</summary>
public sealed class BackupTests
{
    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_restored_database_serves_and_what_was_made_since_is_found(bool isPostgres)
    {
        if (isPostgres) TestDatabase.RequirePostgres();
        await using var site = await Site.StartAsync(isPostgres, servers: 1);
        await MakeAsync(site, "before");
        var backup = await site.BackUpAsync();
        await MakeAsync(site, "since");

        await site.RestoreAsync(backup, withKey: false);
        Assert.Contains("key-missing", await site.RefusalAsync(), StringComparison.Ordinal);
        await site.RestoreAsync(backup, withKey: true);
        await site.StartServerAsync(0);

        Assert.Equal("before", Assert.Single(await site.Api.ListAsync("/api/v1/volumes")).GetProperty("name").GetString());
        var (_, check) = await site.Api.SettleAsync(HttpMethod.Post, "/api/v1/pools/san1/check");
        Assert.Equal("orphan", Assert.Single(check.GetProperty("findings").EnumerateArray()).GetProperty("kind").GetString());
        await MakeAsync(site, "after"); // it serves
    }

    private static Task<JsonElement> MakeAsync(Site site, string name) =>
        site.Api.DoneAsync(HttpMethod.Post, "/api/v1/volumes", new { name, diskOffering = "plain", sizeBytes = Scenario.GiB });
}
