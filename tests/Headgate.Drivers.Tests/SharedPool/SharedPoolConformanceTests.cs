namespace Headgate.Drivers.Tests.SharedPool;

/// <summary>The kit against a shared pool in a real directory.</summary>
public sealed class DirectoryConformanceTests
{
    public static TheoryData<string> Rules => Kit.Rules;

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys(string rule)
    {
        await using var fixture = new FolderFixture();
        await Kit.ObeysAsync(rule, fixture.Subject);
    }
}

/// <summary>The kit against a shared pool on loop-mounted ext4, space reserved.</summary>
public sealed class Ext4ConformanceTests(Ext4Image image) : IClassFixture<Ext4Image>
{
    public static TheoryData<string> Rules => Kit.Rules;

    [Theory, MemberData(nameof(Rules))]
    public Task Obeys(string rule) => OnMount.ObeysAsync(image, rule, ("preallocate", "true"));
}

/// <summary>The kit against a shared pool on loop-mounted XFS, with snapshots.</summary>
public sealed class XfsConformanceTests(XfsImage image) : IClassFixture<XfsImage>
{
    public static TheoryData<string> Rules => Kit.Rules;

    [Theory, MemberData(nameof(Rules))]
    public Task Obeys(string rule) => OnMount.ObeysAsync(image, rule, ("snapshots", "reflink"));
}

internal static class OnMount
{
    public static async Task ObeysAsync(MountedImage image, string rule, (string, string) setting)
    {
        Assert.SkipWhen(image.MountPoint is null, "this user may not mount a file system");
        await using var fixture = new FolderFixture(image.MountPoint, ("mountPoint", "true"), setting);
        await Kit.ObeysAsync(rule, fixture.Subject);
    }
}
