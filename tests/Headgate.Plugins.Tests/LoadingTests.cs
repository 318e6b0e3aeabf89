using System.Runtime.Loader;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Plugins.Tests;

/// <summary>What is loaded from a folder, and every way in which a folder cannot be loaded.</summary>
public sealed class LoadingTests
{
    [Fact]
    public async Task A_folder_with_a_plugin_becomes_a_provider_that_says_what_it_is()
    {
        using var bed = new PluginBed();
        bed.Put("acme");

        var change = Assert.Single(await bed.RescanAsync());

        Assert.Equal(("provider.loaded", "Sample"), (change.Code, change.Name));
        Assert.Equal(("Sample", "acme", ProviderStatus.Loaded), (bed.Only.Name, bed.Only.Plugin, bed.Only.Status));
        Assert.Equal(new Version(1, 2, 3), bed.Registry.Find("sample")!.Info.Version);
        Assert.Equal(["fault", "password"], bed.Registry.Find("Sample")!.Settings.Settings.Select(s => s.Name));
        Assert.Equal(typeof(IPrimaryDataStoreProvider).Assembly.GetName().Version, bed.Only.SdkVersion);
        Assert.Null(bed.Registry.WhyNotThere("Sample"));
    }

    [Fact]
    public async Task Its_code_is_in_a_context_of_its_own_and_the_contract_is_the_servers()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();

        var code = ((GuardedProvider)bed.Registry.Find("Sample")!).Inner.GetType();

        Assert.NotSame(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(code.Assembly));
        Assert.True(AssemblyLoadContext.GetLoadContext(code.Assembly)!.IsCollectible);
        Assert.Contains(typeof(IPrimaryDataStoreProvider), code.GetInterfaces());
        Assert.StartsWith(bed.Copies, code.Assembly.Location, StringComparison.Ordinal); // never where admins copy to
    }

    [Theory]
    [InlineData("NoConstructorProvider", "plugin-constructor-missing", "NoConstructorProvider")]
    [InlineData("ThrowingProvider", "plugin-failed", "InvalidOperationException: no licence")]
    [InlineData("NamelessProvider", "plugin-failed", "NotSupportedException: who am I")]
    [InlineData("SchemelessProvider", "plugin-failed", "NotSupportedException: no schema")]
    [InlineData("IncapableProvider", "plugin-invalid", "Capabilities")]
    [InlineData("NullLimitProvider", "plugin-invalid", "BurstIops of Capabilities is null")]
    [InlineData("SizelessProvider", "plugin-invalid", "VolumeSize of Capabilities is null")]
    [InlineData("SteplessProvider", "plugin-invalid", "steps of 0")]
    [InlineData("BackwardsProvider", "plugin-invalid", "ends at 1, before it begins at 10")]
    [InlineData("UnheardOfProvider", "plugin-invalid", "Snapshots of Capabilities is 7")]
    [InlineData("BadlyNamedProvider", "plugin-invalid", "'../etc'")]
    [InlineData("DoubledSettingProvider", "plugin-invalid", "'a' is in its schema twice")]
    [InlineData("NotThereProvider", "plugin-failed", "TypeLoadException")]
    [InlineData("SampleStore", "plugin-no-provider", "no public class")]
    public async Task A_class_that_cannot_serve_is_listed_as_failed_with_the_reason(string type, string code, string reason)
    {
        using var bed = new PluginBed();
        bed.Put("acme", $"Headgate.Plugins.Sample.{type}");
        bed.Put("good", name: "Good");

        await bed.RescanAsync();

        var failed = bed.Registry.Listings.Single(listing => listing.Plugin == "acme");
        Assert.Equal(("acme", ProviderStatus.Failed, code), (failed.Name, failed.Status, failed.Problem!.Code));
        Assert.Contains(reason, failed.Problem.Message, StringComparison.Ordinal);
        Assert.NotNull(bed.Registry.Find("Good"));
    }

    [Fact]
    public async Task Code_that_failed_with_what_cannot_say_what_it_is_is_let_go_of()
    {
        using var bed = new PluginBed();
        bed.Put("acme", "Headgate.Plugins.Sample.UnspeakableProvider");

        await bed.RescanAsync();

        Assert.Contains("UnspeakableException, which cannot say more", bed.Only.Problem!.Message, StringComparison.Ordinal);
        Assert.True(new Sample.Handle("unspeakable").Closed.IsCompleted);
    }

    [Fact]
    public async Task A_provider_whose_plugin_is_there_and_failed_is_told_with_its_reason()
    {
        using var bed = new PluginBed();
        bed.Put("Acme", "Headgate.Plugins.Sample.ThrowingProvider");
        await bed.RescanAsync();

        Assert.Contains("Its plug-in is in", bed.Registry.WhyNotThere("acme")!.Message, StringComparison.Ordinal);
        Assert.Contains("no licence", bed.Registry.WhyNotThere("acme")!.Message, StringComparison.Ordinal);
        var other = bed.Registry.WhyNotThere("Sample")!.Message; // as a pool's row has it; the folder has another name
        Assert.Contains("may be one of those", other, StringComparison.Ordinal);
        Assert.Contains("no licence", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_look_at_a_folder_that_fails_unforeseen_fails_alone_and_is_not_repeated_until_something_changes()
    {
        using var bed = new PluginBed(patience: TimeSpan.FromMilliseconds(-5)); // no time to wait for: what nothing in a look expects
        bed.Put("acme");
        bed.Put("next");

        var changes = await bed.RescanAsync();

        Assert.Equal(["provider.failed acme", "provider.failed next"], changes.Select(c => $"{c.Code} {c.Name}"));
        Assert.All(bed.Registry.Listings, listing => Assert.Equal("plugin-failed", listing.Problem!.Code));
        Assert.Equal(2, Tries(bed));
        Assert.Empty(await bed.LookAsync());
        Assert.Equal(2, Tries(bed));
        await bed.RescanAsync(); // somebody asks
        Assert.Equal(4, Tries(bed));
    }

    [Fact]
    public async Task A_constructor_that_never_ends_is_given_up()
    {
        var clock = new FakeTimeProvider();
        using var bed = new PluginBed(clock);
        bed.Put("acme", "Headgate.Plugins.Sample.HangingProvider");

        await PluginBed.RunOutOfPatienceAsync(clock, bed.RescanAsync());

        Assert.Equal("plugin-hangs", bed.Only.Problem!.Code);
    }

    [Theory]
    [InlineData("9.0.0", "Update the server")]
    [InlineData("0.2.0", "Update the server")]
    [InlineData("0.0.9", "Build the plug-in against")]
    public async Task A_plugin_for_another_sdk_is_refused_with_both_versions_and_what_to_do(string sdk, string advice)
    {
        using var bed = new PluginBed();
        bed.Put("acme", sdk: sdk);

        await bed.RescanAsync();

        var problem = bed.Only.Problem!;
        Assert.Equal("plugin-sdk-incompatible", problem.Code);
        Assert.Contains(sdk, problem.Message, StringComparison.Ordinal);
        Assert.Contains(SdkVersions.Text(SdkVersions.Host), problem.Message, StringComparison.Ordinal);
        Assert.Contains(advice, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.4", "1.4", true)]
    [InlineData("1.4", "1.9", true)]
    [InlineData("1.5", "1.4", false)]
    [InlineData("1.4", "2.0", false)]
    [InlineData("0.1", "0.2", false)]
    [InlineData("0.1", "0.1", true)]
    public void From_1_0_on_an_older_minor_is_honoured_and_before_only_the_same(string built, string host, bool isHonoured) =>
        Assert.Equal(isHonoured, SdkVersions.Problem("acme", Version.Parse(built), Version.Parse(host)) is null);

    [Fact]
    public async Task Where_everybody_may_put_plug_ins_none_is_loaded()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        File.SetUnixFileMode(bed.Folder, File.GetUnixFileMode(bed.Folder) | UnixFileMode.OtherWrite);

        await bed.RescanAsync();

        Assert.Equal("plugin-writable-by-others", bed.Only.Problem!.Code);
        Assert.Contains(bed.Folder, bed.Only.Problem.Message, StringComparison.Ordinal);
        File.SetUnixFileMode(bed.Folder, File.GetUnixFileMode(bed.Folder) & ~UnixFileMode.OtherWrite);
        await bed.RescanAsync();
        Assert.Null(bed.Only.Problem);
    }

    [Fact]
    public async Task Without_a_manifest_a_folder_is_failed_and_says_what_is_missing()
    {
        using var bed = new PluginBed();
        File.Delete(Path.Combine(bed.Put("acme"), "plugin.json"));

        await bed.RescanAsync();

        Assert.Equal("plugin-manifest-missing", bed.Only.Problem!.Code);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"sdk": "0.1.0"}""")]
    [InlineData("""{"assembly": "x.dll"}""")]
    [InlineData("""{"assembly": "x.dll", "sdk": "new"}""")]
    [InlineData("""{"assembly": "../../x.dll", "sdk": "0.1.0"}""")]
    [InlineData("""{"assembly": "x.exe", "sdk": "0.1.0"}""")]
    [InlineData("""{ "assembly": "\ud800.dll", "sdk": "1.0" }""")] // half a character
    public async Task A_manifest_that_is_none_is_refused(string manifest)
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        bed.Write("acme", "plugin.json", manifest);

        await bed.RescanAsync();

        Assert.Equal("plugin-manifest-invalid", bed.Only.Problem!.Code);
    }

    [Theory]
    [InlineData("gone.dll", null, "plugin-assembly-missing")]
    [InlineData("text.dll", "no assembly at all", "plugin-assembly-invalid")]
    [InlineData("half.dll", "half", "plugin-assembly-invalid")]
    public async Task An_assembly_that_is_missing_garbage_or_cut_short_is_refused(string assembly, string? content, string code)
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        bed.Write("acme", "plugin.json", $$"""{"assembly": "{{assembly}}", "sdk": "0.1.0"}""");
        var whole = File.ReadAllBytes(Path.Combine(path, "Headgate.Plugins.Sample.dll"));
        if (content == "half") File.WriteAllBytes(Path.Combine(path, assembly), whole[..(whole.Length / 2)]);
        else if (content is not null) bed.Write("acme", assembly, content);

        await bed.RescanAsync();

        Assert.Equal(code, bed.Only.Problem!.Code);
    }

    [Fact]
    public async Task An_assembly_that_knows_no_sdk_is_refused()
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        File.Copy(typeof(PluginBed).Assembly.Location.Replace("Headgate.Plugins.Tests.dll", "xunit.v3.core.dll", StringComparison.Ordinal), Path.Combine(path, "other.dll"));
        bed.Write("acme", "plugin.json", """{"assembly": "other.dll", "sdk": "0.1.0"}""");

        await bed.RescanAsync();

        Assert.Equal("plugin-no-provider", bed.Only.Problem!.Code);
    }

    [Fact]
    public async Task A_name_that_is_taken_stays_with_who_has_it()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        bed.Put("copycat", name: "SAMPLE");

        await bed.RescanAsync();

        Assert.Equal("provider-name-taken", bed.Registry.Listings.Single(l => l.Plugin == "copycat").Problem!.Code);
        Assert.Equal("acme", bed.Registry.Listings.Single(l => l.Name == "Sample").Plugin);
        Directory.Delete(Path.Combine(bed.Folder, "acme"), recursive: true);
        await bed.RescanAsync();
        Assert.Equal("copycat", bed.Only.Plugin); // the name is free now
        Assert.Equal(ProviderStatus.Loaded, bed.Only.Status);
    }

    [Fact]
    public async Task A_folder_that_everybody_may_write_to_is_refused()
    {
        using var bed = new PluginBed();
        var path = bed.Put("acme");
        File.SetUnixFileMode(Path.Combine(path, "Headgate.Plugins.Sample.dll"), UnixFileMode.UserRead | UnixFileMode.OtherWrite);

        await bed.RescanAsync();

        Assert.Equal("plugin-writable-by-others", bed.Only.Problem!.Code);
    }

    [Fact]
    public async Task The_servers_own_libraries_are_not_for_plugins()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var context = AssemblyLoadContext.GetLoadContext(((GuardedProvider)bed.Registry.Find("Sample")!).Inner.GetType().Assembly)!;

        var refused = Assert.Throws<FileNotFoundException>(() => context.LoadFromAssemblyName(typeof(ProviderRegistry).Assembly.GetName()));

        Assert.Contains("not for plug-ins", refused.GetBaseException().Message, StringComparison.Ordinal);
    }

    /// <summary>Each copies the folder first.</summary>
    private static int Tries(PluginBed bed) => Directory.GetDirectories(bed.Copies).Length;
}
