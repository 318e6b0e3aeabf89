using System.Diagnostics;
using System.Runtime.Loader;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Plugins.Tests;

/// <summary>Plug-ins that come, change and go while a server runs.</summary>
public sealed class ComingAndGoingTests
{
    private static readonly VolumeSpec Spec = new("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    [Fact]
    public async Task The_clock_loads_what_two_looks_in_a_row_found_the_same()
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        File.Delete(Path.Combine(path, "plugin.json"));
        Assert.Empty(await bed.LookAsync());
        bed.Put("acme"); // the copy goes on
        Assert.Empty(await bed.LookAsync());

        var change = Assert.Single(await bed.LookAsync());

        Assert.Equal("provider.loaded", change.Code);
        Assert.Empty(await bed.LookAsync());
    }

    [Fact]
    public async Task A_failed_folder_is_not_tried_again_until_it_changes_or_somebody_asks()
    {
        using var bed = new PluginBed();
        bed.Put("acme", "Headgate.Plugins.Sample.ThrowingProvider");
        Assert.Equal("provider.failed", Assert.Single(await bed.RescanAsync()).Code);
        Assert.Empty(await bed.LookAsync());
        Assert.Empty(await bed.RescanAsync()); // tried, and nothing new to tell

        bed.Put("acme");
        await bed.LookAsync();
        Assert.Equal("provider.loaded", Assert.Single(await bed.LookAsync()).Code);
    }

    [Fact]
    public async Task A_folder_under_a_name_with_a_dot_is_left_alone_until_it_is_renamed()
    {
        using var bed = new PluginBed();
        var path = bed.Put(".acme");
        Assert.Empty(await bed.RescanAsync());
        Assert.Empty(bed.Registry.Listings);

        Directory.Move(path, Path.Combine(bed.Folder, "acme"));

        Assert.Equal("provider.loaded", Assert.Single(await bed.RescanAsync()).Code);
    }

    [Fact]
    public async Task A_provider_whose_folder_is_removed_refuses_further_calls_and_says_where_it_was()
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        await bed.RescanAsync();
        var store = await OpenAsync(bed);
        Assert.True((await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop)).IsDone);

        Directory.Delete(path, recursive: true);
        var change = Assert.Single(await bed.LookAsync()); // going needs no second look

        Assert.Equal(("provider.removed", "Sample"), (change.Code, change.Name));
        Assert.Empty(bed.Registry.Listings);
        Assert.Null(bed.Registry.Find("Sample"));
        var missing = bed.Registry.WhyNotThere("Sample")!;
        Assert.Equal((ProviderFaults.NotLoaded, Recovery.RetryWithBackoff), (missing.Code, missing.Recovery));
        Assert.Contains("'acme' was removed", missing.Message, StringComparison.Ordinal);
        var refused = await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop);
        Assert.Equal(ProviderFaults.NotLoaded, Assert.IsType<Outcome<VolumeView>.Refused>(refused).Fault.Code);
        var inventory = Assert.IsAssignableFrom<IInventory>(store.Driver.Facet<IInventory>()); // away is not "has none"
        Assert.Equal(ProviderFaults.NotLoaded, (await inventory.ListAsync(PluginBed.Stop)).Problem!.Code);
        Assert.True(((GuardedStore)store).IsClosed);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bed.Copies));
    }

    [Fact]
    public async Task Its_code_leaves_memory_although_the_server_still_holds_its_store()
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        var (code, held) = await LoadAndUseAsync(bed);
        Directory.Delete(path, recursive: true);
        await bed.RescanAsync();

        // Other threads may hold it for a moment: the one that loaded it until it ends, and the one that closed the store.
        for (var began = Stopwatch.GetTimestamp(); code.IsAlive && Stopwatch.GetElapsedTime(began) < Patience.Long;)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield(); // off the stack of what just ended
        }

        Assert.False(code.IsAlive);
        GC.KeepAlive(held);

        static async Task<(WeakReference Code, object[] Held)> LoadAndUseAsync(PluginBed bed)
        {
            await bed.RescanAsync();
            var store = await OpenAsync(bed);
            await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop);
            var provider = (GuardedProvider)bed.Registry.Find("Sample")!;
            return (new WeakReference(AssemblyLoadContext.GetLoadContext(provider.Inner.GetType().Assembly)), [provider, store, provider.Settings, provider.Capabilities]);
        }
    }

    [Fact]
    public async Task A_provider_that_comes_back_serves_again()
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        await bed.RescanAsync();
        Directory.Delete(path, recursive: true);
        await bed.RescanAsync();

        bed.Put("acme");
        await bed.RescanAsync();

        Assert.Null(bed.Registry.WhyNotThere("Sample"));
        Assert.True((await (await OpenAsync(bed)).Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop)).IsDone);
    }

    [Fact]
    public async Task A_folder_that_changes_is_loaded_anew()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var before = await OpenAsync(bed);

        bed.Put("acme", name: "Renamed");
        await bed.RescanAsync();

        Assert.Equal("Renamed", bed.Only.Name);
        Assert.True(((GuardedStore)before).IsClosed);
        Assert.NotNull(bed.Registry.WhyNotThere("Sample"));
    }

    [Fact]
    public async Task A_folder_that_changes_into_something_broken_serves_on_as_it_was()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await OpenAsync(bed);

        File.WriteAllText(Path.Combine(bed.Folder, "acme", "Headgate.Plugins.Sample.dll"), "half an upload");
        var change = Assert.Single(await bed.RescanAsync());

        Assert.Equal("provider.outdated", change.Code);
        Assert.Equal((ProviderStatus.Outdated, "plugin-assembly-invalid"), (bed.Only.Status, bed.Only.Problem!.Code));
        Assert.True((await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop)).IsDone);
    }

    [Fact]
    public async Task A_call_that_never_ends_does_not_keep_its_plugin_from_going()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        var path = bed.Put("acme");
        await bed.RescanAsync();
        var store = await OpenAsync(bed, "block");
        var stuck = store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop).AsTask();

        Directory.Delete(path, recursive: true);
        await PluginBed.RunOutOfPatienceAsync(clock, bed.RescanAsync());

        Assert.False(stuck.IsCompleted);
        Assert.Null(bed.Registry.Find("Sample"));
        Assert.Equal(ProviderFaults.NotLoaded, (await store.Driver.FindAsync(new ObjectKey(Guid.NewGuid()), PluginBed.Stop)).Problem!.Code);
    }

    [Fact]
    public async Task Copies_that_an_earlier_process_left_are_thrown_away()
    {
        using var bed = new PluginBed();
        var left = Directory.CreateDirectory(Path.Combine(bed.Copies, "acme.1"));

        using var next = new ProviderRegistry(
            [], new PluginOptions { Folder = bed.Folder, Copies = bed.Copies }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<ProviderRegistry>.Instance);

        Assert.False(Directory.Exists(left.FullName));
    }

    internal static async Task<IPrimaryDataStore> OpenAsync(PluginBed bed, string fault = "nothing")
    {
        var provider = bed.Registry.Find("Sample")!;
        var settings = new PoolSettings(Guid.NewGuid(), provider.Settings, new Dictionary<string, string> { ["fault"] = fault });
        return (await provider.OpenAsync(settings, PluginBed.Stop)).ValueOrThrow();
    }
}
