using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Plugins.Tests;

/// <summary>A plug-in folder of a test's own, a registry over it, and hands that put things there.</summary>
internal sealed class PluginBed : IDisposable
{
    private static readonly string Built =
        AppContext.BaseDirectory.Replace("Headgate.Plugins.Tests", "Headgate.Plugins.Sample", StringComparison.Ordinal);

    private readonly string _root = Directory.CreateTempSubdirectory("hg-plugins-").FullName;

    /// <param name="clock">For the registry's patience.</param>
    /// <param name="patience">The registry's; <see cref="Patience.Long"/> by default.</param>
    /// <param name="log">Where it writes to.</param>
    public PluginBed(TimeProvider? clock = null, TimeSpan? patience = null, ILogger<ProviderRegistry>? log = null)
    {
        Directory.CreateDirectory(Folder);
        var options = new PluginOptions { Folder = Folder, Copies = Copies, Patience = patience ?? Patience.Long };
        Registry = new ProviderRegistry([], options, clock ?? TimeProvider.System, log ?? NullLogger<ProviderRegistry>.Instance);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ProviderRegistry Registry { get; }

    public string Folder => Path.Combine(_root, "plugins");

    public string Copies => Path.Combine(_root, "copies");

    /// <summary>Puts the built sample there, whole.</summary>
    public string Put(string folder, string? provider = "Headgate.Plugins.Sample.SampleProvider", string sdk = "0.1.0", string? name = null)
    {
        var path = Path.Combine(Folder, folder);
        Directory.CreateDirectory(path);
        foreach (var file in Directory.EnumerateFiles(Built)) File.Copy(file, Path.Combine(path, Path.GetFileName(file)), overwrite: true);
        var type = provider is null ? "" : $", \"provider\": \"{provider}\"";
        Write(folder, "plugin.json", $$"""{"assembly": "Headgate.Plugins.Sample.dll", "sdk": "{{sdk}}"{{type}}}""");
        if (name is not null) Write(folder, "name.txt", name);
        return path;
    }

    public void Write(string folder, string file, string text) => File.WriteAllText(Path.Combine(Folder, folder, file), text);

    /// <summary>What an admin's rescan finds.</summary>
    public Task<IReadOnlyList<ProviderChange>> RescanAsync() => Registry.RescanAsync(onlySettled: false, Stop);

    /// <summary>What the clock's look finds.</summary>
    public Task<IReadOnlyList<ProviderChange>> LookAsync() => Registry.RescanAsync(onlySettled: true, Stop);

    /// <summary>Lets the registry lose patience, again and again, until <paramref name="rescan"/> has ended.</summary>
    public static async Task RunOutOfPatienceAsync(FakeTimeProvider clock, Task rescan)
    {
        while (!rescan.IsCompleted)
        {
            clock.Advance(Patience.Long);
            await Task.Yield(); // what waits next may not wait yet
        }
        await rescan;
    }

    /// <summary>The one listing that there is.</summary>
    public ProviderListing Only => Assert.Single(Registry.Listings);

    public void Dispose()
    {
        Registry.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
