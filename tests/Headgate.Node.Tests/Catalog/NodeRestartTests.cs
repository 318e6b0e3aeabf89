using Headgate.Blocks;
using Headgate.Node.Tests.ElementApi;
using Microsoft.Data.Sqlite;

namespace Headgate.Node.Tests.Catalog;

public sealed class NodeRestartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hg-node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Everything_is_there_again_after_a_restart_and_ids_go_on()
    {
        string before;
        NodeCredentials credentials;
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            var account = await node.AccountAsync();
            await node.VolumeAsync(account, "kept", ",\"attributes\":{\"a\":{\"b\":1}},\"qos\":{\"minIOPS\":100,\"maxIOPS\":200,\"burstIOPS\":300}");
            var gone = await node.VolumeIdAsync(account, "gone");
            await node.CallAsync("CreateSnapshot", """{"volumeID":1,"name":"s"}""");
            await node.CallAsync("CreateGroupSnapshot", """{"volumes":[1],"name":"gs"}""");
            await node.CallAsync("CreateVolumeAccessGroup", """{"name":"g","initiators":["iqn.2000-01.x:y"],"volumes":[1]}""");
            await node.CallAsync("CreateQoSPolicy", """{"name":"p","qos":{"minIOPS":100}}""");
            await node.CallAsync("SetDefaultQoS", """{"minIOPS":60}""");
            await node.CallAsync("CloneVolume", """{"volumeID":1,"name":"clone"}""");
            await node.CallAsync("DeleteVolume", $$"""{"volumeID":{{gone}} }""");
            await node.CallAsync("PurgeDeletedVolume", $$"""{"volumeID":{{gone}} }""");
            before = await EverythingAsync(node);
            credentials = node.Node.Credentials;
        }
        await using var again = await RunningNode.StartAsync(_folder, options => options with { Name = "other", AdminUsername = "other" });
        Assert.Equal(before, await EverythingAsync(again));
        Assert.Equal((credentials.Username, credentials.Password, credentials.CertificateSha256),
            (again.Node.Credentials.Username, again.Node.Credentials.Password, again.Node.Credentials.CertificateSha256));
        Assert.Equal(4, await again.VolumeIdAsync(1, "next"));
        Assert.Equal(100, again.Node.Parts.Runtimes.Find(1)!.Queue.Limits.MinIops);
    }

    [Fact]
    public async Task No_secret_is_in_the_data_folder_in_clear()
    {
        string password;
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            password = node.Node.Credentials.Password;
            await node.CallAsync("AddAccount", """{"username":"a","initiatorSecret":"plain-secret-1","targetSecret":"plain-secret-2"}""");
            await node.CallAsync(
                "CreateInitiators", """{"initiators":[{"name":"iqn.2000-01.x:y","requireChap":true,"initiatorSecret":"plain-secret-3"}]}""");
        }
        foreach (var path in Directory.EnumerateFiles(_folder, "node.db*"))
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
            Assert.DoesNotContain("plain-secret", text, StringComparison.Ordinal);
            Assert.DoesNotContain(password, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Files_of_unfinished_calls_are_removed_at_start_and_said()
    {
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            await node.VolumeIdAsync(await node.AccountAsync());
            // As a crash leaves it between file and row of CreateVolume and CreateSnapshot.
            node.Node.Parts.Store.Create(77, 1 << 20);
            node.Node.Parts.Store.Snapshot(1, 88);
        }
        await using var again = await RunningNode.StartAsync(_folder);
        Assert.Equal(1, Assert.Single(again.Node.Parts.Store.List()).Id);
        Assert.Equal(2, again.Events.All.Count(happened => happened.Code == "unfinished-file-removed"));
    }

    [Fact]
    public async Task A_volume_whose_file_was_cut_short_is_said_and_never_filled_up_with_zeros()
    {
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            var account = await node.AccountAsync();
            await node.VolumeIdAsync(account, "a");
            await node.VolumeIdAsync(account, "b");
        }
        using (var file = new FileStream(Path.Combine(_folder, "volumes", "volume-1.1.img"), FileMode.Open)) file.SetLength(1 << 20);
        await using var again = await RunningNode.StartAsync(_folder);
        var said = Assert.Single(again.Events.All, happened => happened.Code == "volume-file-damaged");
        Assert.Equal(1, said.VolumeId);
        Assert.Contains("cut short", said.Message, StringComparison.Ordinal);
        Assert.Equal(1 << 20, new FileInfo(Path.Combine(_folder, "volumes", "volume-1.1.img")).Length);
        Assert.Null(again.Node.Parts.Runtimes.Find(1));
        Assert.NotNull(again.Node.Parts.Runtimes.Find(2));
    }

    [Fact]
    public async Task A_damaged_file_beside_a_snapshot_is_said_and_the_node_starts()
    {
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            var id = await node.VolumeIdAsync(await node.AccountAsync());
            await node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{id}},"name":"s"}""");
        }
        await File.WriteAllTextAsync(Path.Combine(_folder, "volumes", "snapshot-1.1.copy"), "no such thing", TestContext.Current.CancellationToken);
        await using var again = await RunningNode.StartAsync(_folder);
        Assert.Contains("snapshot-1.1.copy", Assert.Single(again.Events.All, happened => happened.Code == "snapshot-file-damaged").Message, StringComparison.Ordinal);
        Assert.NotNull(again.Node.Parts.Runtimes.Find(1));
        await again.CallAsync("DeleteSnapshot", """{"snapshotID":1}"""); // and can be got rid of
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "volumes"), "snapshot-1.*"));
    }

    [Theory]
    [InlineData(FileIoMode.Auto)]
    [InlineData(FileIoMode.Buffered)]
    public async Task How_volumes_are_read_and_written_is_said_at_the_start(FileIoMode io)
    {
        await using var node = await RunningNode.StartAsync(_folder, options => options with { Io = io });
        var said = Assert.Single(node.Events.All, happened => happened.Code == "volume-io-chosen");
        Assert.Contains(io == FileIoMode.Buffered ? "buffered" : node.Node.Parts.Store.Io.Reason, said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_whose_file_is_missing_is_said_and_the_others_are_served()
    {
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            var account = await node.AccountAsync();
            await node.VolumeIdAsync(account, "a");
            await node.VolumeIdAsync(account, "b");
            node.Node.Parts.Store.Delete(1);
        }
        await using var again = await RunningNode.StartAsync(_folder);
        Assert.Equal(1, Assert.Single(again.Events.All, happened => happened.Code == "volume-file-missing").VolumeId);
        Assert.Null(again.Node.Parts.Runtimes.Find(1));
        Assert.NotNull(again.Node.Parts.Runtimes.Find(2));
    }

    [Fact]
    public async Task A_second_node_on_the_folder_and_a_taken_port_are_refused_with_a_code()
    {
        await using var node = await RunningNode.StartAsync(_folder);
        Assert.Equal("data-folder-in-use", await CodeOfAsync(RunningNode.Options(_folder)));
        var other = Path.Combine(_folder, "other");
        var element = RunningNode.Options(other) with { ElementEndpoint = node.Node.ElementEndpoint };
        Assert.Equal("port-in-use", await CodeOfAsync(element));
        Assert.Equal("port-in-use", await CodeOfAsync(RunningNode.Options(other) with { IscsiEndpoint = node.Node.IscsiEndpoint }));
        Assert.Equal("options-invalid", await CodeOfAsync(RunningNode.Options(other) with { CapacityIops = 0 }));
        await using var free = await RunningNode.StartAsync(other); // nothing is left held
    }

    [Fact]
    public async Task A_lost_key_and_a_newer_catalog_are_refused_with_a_code()
    {
        await using (await RunningNode.StartAsync(_folder))
        {
            // made
        }
        var key = Path.Combine(_folder, "keys", "node.key");
        File.Move(key, key + ".away");
        Assert.Equal("key-mismatch", await CodeOfAsync(RunningNode.Options(_folder)));
        await File.WriteAllBytesAsync(key, new byte[32], TestContext.Current.CancellationToken);
        Assert.Equal("key-mismatch", await CodeOfAsync(RunningNode.Options(_folder)));
        File.Move(key + ".away", key, overwrite: true);
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(_folder, "node.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal("data-folder-too-new", await CodeOfAsync(RunningNode.Options(_folder)));
    }

    [Fact]
    public async Task A_new_password_replaces_the_old_one()
    {
        await using (await RunningNode.StartAsync(_folder))
        {
            // made with a random one
        }
        await using (var node = await RunningNode.StartAsync(_folder, options => options with { AdminPassword = "chosen" }))
            Assert.Equal("chosen", node.Node.Credentials.Password);
        await using var again = await RunningNode.StartAsync(_folder);
        Assert.Equal("chosen", again.Node.Credentials.Password);
        await again.CallAsync("GetLimits");
    }

    private static async Task<string> CodeOfAsync(StorageNodeOptions options) =>
        (await Assert.ThrowsAsync<StorageNodeException>(() => StorageNode.StartAsync(options))).Code;

    private static async Task<string> EverythingAsync(RunningNode node)
    {
        var all = new List<string>();
        foreach (var method in new[]
        {
            "ListAccounts", "ListVolumes", "ListSnapshots", "ListGroupSnapshots", "ListVolumeAccessGroups", "ListInitiators",
            "ListQoSPolicies", "GetDefaultQoS", "ListAsyncResults",
        })
            all.Add((await node.CallAsync(method)).GetRawText());
        var cluster = (await node.CallAsync("GetClusterInfo")).GetProperty("clusterInfo");
        all.Add($"{cluster.GetProperty("name")} {cluster.GetProperty("uniqueID")} {cluster.GetProperty("uuid")}");
        return string.Join('\n', all);
    }
}
