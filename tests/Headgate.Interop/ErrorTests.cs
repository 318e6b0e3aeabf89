using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>What cannot be done is refused with what was asked, what there is, and what to do.</summary>
[Collection(SharedServer.Name)]
public sealed class ErrorTests(HeadgateUp server)
{
    [Fact]
    public async Task A_required_minimum_that_no_pool_can_keep_is_refused_pool_by_pool()
    {
        var up = server.Up;
        await up.CliJsonAsync("disk-offering", "create", "--name", "impossible", "--size", "1GiB", "--min-iops", "15000", "--max-iops", "15000", "--require", "min");
        await up.CliJsonAsync("disk-offering", "create", "--name", "impossible4", "--custom-size", "--custom-iops", "--require", "min");

        var explained = await up.CliJsonAsync("placement", "explain", "--disk-offering", "impossible4", "--size", "1GiB", "--min-iops", "9000000", "--max-iops", "9000000");
        var refused = await up.CliAsync("volume", "create", "--name", "never", "--disk-offering", "impossible4", "--size", "1GiB", "--min-iops", "9000000", "--max-iops", "9000000");

        Assert.Equal(1, refused.Exit);
        Assert.Contains("san1", refused.Error, StringComparison.Ordinal);
        Assert.Contains("9000000", refused.Error.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var pool = Assert.Single(explained.GetProperty("pools").EnumerateArray());
        Assert.False(pool.GetProperty("fits").GetBoolean());
        Assert.NotEqual(0, pool.GetProperty("reasons").GetArrayLength());
    }

    [Fact]
    public async Task An_unknown_provider_is_refused_with_those_that_there_are()
    {
        var refused = await server.Up.CliAsync("pool", "add", "--name", "p1", "--provider", "FloppyArray", "--zone", "z1");

        AssertRefused(refused, "FloppyArray", "SolidFire");
    }

    [Fact]
    public async Task A_wrong_setting_is_refused_with_its_name()
    {
        var refused = await server.Up.CliAsync(
            "pool", "add", "--name", "p2", "--provider", "SolidFire", "--zone", "z1", "--setting", "endpoint=not-a-url", "--setting", "spindles=7");

        AssertRefused(refused, "spindles");
    }

    [Fact]
    public async Task A_tag_that_no_pool_carries_is_named()
    {
        await server.Up.CliJsonAsync("disk-offering", "create", "--name", "tagged", "--size", "1GiB", "--tags", "tape");

        var refused = await server.Up.CliAsync("volume", "create", "--name", "on-tape", "--disk-offering", "tagged");

        AssertRefused(refused, "tape", "san1");
    }

    [Fact]
    public async Task A_size_out_of_range_is_refused_with_the_range()
    {
        var refused = await server.Up.CliAsync("volume", "create", "--name", "huge", "--disk-offering", "custom", "--size", "900TiB", "--max-iops", "500");

        AssertRefused(refused, "900 TiB");
    }

    [Fact]
    public async Task A_refused_volume_leaves_nothing_behind()
    {
        var up = server.Up;
        await up.CliAsync("volume", "create", "--name", "nothing-left", "--disk-offering", "custom", "--size", "900TiB", "--max-iops", "500");

        var check = await up.CliJsonAsync("pool", "check", "san1");
        var shown = await up.CliAsync("volume", "show", "nothing-left");

        Assert.Equal(0, check.GetProperty("findings").GetArrayLength());
        Assert.Equal(1, shown.Exit);
    }

    private static void AssertRefused(ToolResult result, params string[] says)
    {
        Assert.Equal((1, ""), (result.Exit, result.Out));
        Assert.Matches("^headgate: [a-z0-9-]+: ", result.Error); // a stable code first
        Assert.All(says, word => Assert.Contains(word, result.Error, StringComparison.Ordinal));
    }
}
