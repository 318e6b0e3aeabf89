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

        Assert.Null(bed.Registry.Find("Sample"));
        Assert.Equal(ProviderFaults.NotLoaded, (await store.Driver.FindAsync(new ObjectKey(Guid.NewGuid()), PluginBed.Stop)).Problem!.Code);
        Assert.False(stuck.IsCompletedSuccessfully && (await stuck).IsDone); // it may have been given up by now
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

    [Fact]
    public async Task A_plugin_that_never_ends_to_be_unloaded_holds_up_no_look_and_is_said_to_stay()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        var path = bed.Put("acme", "Headgate.Plugins.Sample.StubbornProvider");
        await bed.RescanAsync();

        bed.Write("acme", "name.txt", "Sample"); // a change
        var handle = new Sample.Handle("stubborn");
        var change = bed.RescanAsync();
        await handle.Begun; // the new one is loaded, and has lost no patience
        await PluginBed.RunOutOfPatienceAsync(clock, change);
        var loaded = Assert.Single(await change);

        Assert.Contains("plugin-hangs", loaded.Message, StringComparison.Ordinal);
        Assert.Equal((ProviderStatus.Loaded, "plugin-hangs"), (bed.Only.Status, bed.Only.Problem!.Code));
        Directory.Delete(path, recursive: true);
        var removal = bed.RescanAsync();
        await PluginBed.RunOutOfPatienceAsync(clock, removal);
        Assert.Contains("plugin-hangs", Assert.Single(await removal).Message, StringComparison.Ordinal);
        handle.Go();
        Assert.Empty(bed.Registry.Listings);
    }

    [Fact]
    public async Task A_store_that_is_opened_when_its_provider_is_withdrawn_already_is_closed_and_not_handed_out()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        var path = bed.Put("acme");
        await bed.RescanAsync();
        var handle = NewHandle(out var name);
        var opening = bed.Registry.Find("Sample")!.OpenAsync(Settings(bed, "hold-open", name), PluginBed.Stop).AsTask();
        await handle.Begun;

        Directory.Delete(path, recursive: true);
        await PluginBed.RunOutOfPatienceAsync(clock, bed.RescanAsync());
        handle.Go();

        Assert.Contains((await opening).Problem!.Code, new[] { ProviderFaults.NotLoaded, ProviderFaults.DriverHangs }); // the latter when more time has passed
        await handle.Closed;
    }

    [Fact]
    public async Task A_store_that_freezes_when_it_is_closed_keeps_its_plugin_from_nothing()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        var path = bed.Put("acme");
        await bed.RescanAsync();
        var handle = NewHandle(out var name);
        await OpenAsync(bed, "freeze-dispose", name);

        Directory.Delete(path, recursive: true);

        var removal = bed.RescanAsync();
        await PluginBed.RunOutOfPatienceAsync(clock, removal);
        Assert.Equal("provider.removed", Assert.Single(await removal).Code);
        await handle.Begun;
        handle.Go();
    }

    internal static async Task<IPrimaryDataStore> OpenAsync(PluginBed bed, string fault = "nothing", string? handle = null) =>
        (await bed.Registry.Find("Sample")!.OpenAsync(Settings(bed, fault, handle), PluginBed.Stop)).ValueOrThrow();

    internal static PoolSettings Settings(PluginBed bed, string fault, string? handle) => new(
        Guid.NewGuid(), bed.Registry.Find("Sample")!.Settings, new Dictionary<string, string> { ["fault"] = handle is null ? fault : $"{fault}:{handle}" });

    internal static Sample.Handle NewHandle(out string name) => new(name = Guid.NewGuid().ToString("N"));
}
