using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>The door of the plug-in, before any pool.</summary>
internal static class ProviderRules
{
    [Rule("provider.settings.schema-is-sound", "Names are unique, defaults are lawful, and no secret has one")]
    public static Task<Finding> The_settings_schema_can_be_filled_in(Bench bench)
    {
        var settings = bench.Subject.Provider.Settings;
        var names = settings.Settings.Select(s => s.Name).ToList();
        Expect.True(names.Distinct(StringComparer.OrdinalIgnoreCase).Count() == names.Count, $"two settings have one name: {string.Join(", ", names)}");
        foreach (var setting in settings.Settings)
        {
            Expect.True(setting.Name.Length > 0 && char.IsAsciiLetterLower(setting.Name[0]) && setting.Name.All(char.IsAsciiLetterOrDigit), $"'{setting.Name}' is not camelCase");
            Expect.True(setting.Help.Trim().Length > 0, $"'{setting.Name}' has no help");
            if (setting.Default is not { } value) continue;
            Expect.True(setting.Kind != SettingKind.Secret, $"the secret '{setting.Name}' has a default");
            var problems = settings.Check(new Dictionary<string, string> { [setting.Name] = value }).Where(p => p.Contains($"setting '{setting.Name}' ", StringComparison.Ordinal));
            Expect.True(!problems.Any(), $"the default of '{setting.Name}' is not lawful");
        }
        return Task.FromResult(Finding.Kept($"{names.Count} settings"));
    }

    [Rule("provider.info.is-there", "What a provider is called and what it is, as shown in API and CLI")]
    public static Task<Finding> A_provider_says_what_it_is(Bench bench)
    {
        var info = bench.Subject.Provider.Info;
        Expect.True(info.Name.Length > 0 && info.Name.All(char.IsAsciiLetterOrDigit), $"'{info.Name}' is not a name of letters and digits");
        Expect.True(info.Description.Trim().Length > 0, "the description is empty");
        Expect.True(info.Version > new Version(0, 0), "the version is 0.0");
        return Task.FromResult(Finding.Kept($"{info.Name} {info.Version}"));
    }

    [Rule("provider.capabilities.are-the-most", "The most that this provider can do; what one pool can do is in Capabilities")]
    public static Task<Finding> A_pool_declares_no_more_than_its_provider(Bench bench)
    {
        foreach (var (name, of) in Declared)
            Expect.True(of(bench.Can) != Support.Native || of(bench.Subject.Provider.Capabilities) == Support.Native, $"the pool declares {name} and the provider does not");
        var declared = Declared.Where(d => d.Of(bench.Can) == Support.Native).Select(d => d.Name).ToList();
        return Task.FromResult(declared.Count == 0 ? Finding.NotAsked("the pool declares nothing") : Finding.Kept(string.Join(", ", declared)));
    }

    [Rule("provider.open.does-not-reach-the-array", "Must not talk to the array: a server starts with its arrays away")]
    public static async Task<Finding> Opening_sends_nothing(Bench bench)
    {
        if (bench.Subject.Link is not { } link) return Finding.NotAsked("the link cannot be watched");
        link.Reset();
        await using (await bench.OpenOtherAsync())
            Expect.Equal(0, link.Requests, "requests sent by opening a pool");
        Expect.Done(await bench.Store.LifeCycle.InitializeAsync(bench.Stop), "initialize");
        return link.Requests == 0 ? Finding.NotAsked("the link counts no requests") : Finding.Kept("nothing was sent");
    }

    [Rule("provider.close.changes-nothing", "Disposed when the pool goes or its settings change; disposing changes nothing on the storage")]
    public static async Task<Finding> Closing_a_pool_leaves_everything_as_it_is(Bench bench)
    {
        var (key, made) = await bench.MakeAsync();
        var access = bench.NewAccess();
        await bench.GrantAsync(key, made, access);
        var before = await bench.FoundAsync(key);
        for (var n = 1; n <= bench.Repeats; n++) await bench.ReopenAsync();
        var after = await bench.FoundAsync(key);
        Expect.Equal((before.Handle, before.Size, before.Qos), (after.Handle, after.Size, after.Qos), "the volume after closing and opening");
        Expect.Equal(string.Join(' ', before.Initiators), string.Join(' ', after.Initiators), "its initiators");
        return Finding.Kept($"closed and opened {bench.Repeats} times");
    }

    private static readonly (string Name, Func<DriverCapabilities, Support> Of)[] Declared =
    [
        ("min IOPS", c => c.MinIops.Support), ("max IOPS", c => c.MaxIops.Support), ("burst IOPS", c => c.BurstIops.Support),
        ("max bandwidth", c => c.MaxBandwidth.Support), ("live QoS change", c => c.LiveQosChange), ("live resize", c => c.LiveResize),
        ("snapshots", c => c.Snapshots), ("clones", c => c.Clones), ("copies", c => c.Copies),
        ("change of bytes", c => c.CapacityBytesChange), ("change of IOPS", c => c.CapacityIopsChange), ("CHAP", c => c.Chap), ("access per host", c => c.AccessPerHost), ("inventory", c => c.Inventory),
        ("adoption", c => c.Adoption), ("group snapshots", c => c.GroupSnapshots),
    ];
}
