namespace Headgate.Interop.Harness;

/// <summary>One server for the tests that do not kill it, with its sample zone and pool.</summary>
public sealed class HeadgateUp : IAsyncLifetime
{
    private string? _folder;
    private HeadgateProcess? _up;

    internal HeadgateProcess Up => _up ?? throw new InvalidOperationException("not started");

    /// <summary>A folder for files of tests, gone afterwards.</summary>
    internal string Folder => _folder!;

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hg-interop-").FullName;
        _up = await HeadgateProcess.StartAsync(Path.Combine(_folder, "data"), Ports.Free(), "--capacity-iops", "50000");
    }

    public async ValueTask DisposeAsync()
    {
        if (_up is not null) await _up.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Tests that share the one server.</summary>
[CollectionDefinition(Name)]
public sealed class SharedServer : ICollectionFixture<HeadgateUp>
{
    /// <summary>For <c>[Collection]</c>.</summary>
    public const string Name = "shared server";
}
