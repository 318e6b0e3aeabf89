using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Growing, and never shrinking.</summary>
internal static class SizeRules
{
    private const string Grows = "Grows to size rounded up; the size it has already is Done; smaller is refused";
    private const string NoResize = "no resize";

    [Rule("resize.grows", Grows)]
    public static async Task<Finding> A_volume_grows_to_what_was_asked_rounded_up(Bench bench)
    {
        if (bench.Driver.Facet<IResize>() is not { } resize) return Finding.NotAsked(NoResize);
        var (key, volume) = await bench.MakeAsync();
        var asked = bench.Bigger(volume.Size) + new ByteSize(1);
        for (var n = 1; n <= bench.Repeats; n++)
        {
            var grown = Expect.Done(await resize.ResizeAsync(key, volume.Handle, asked, bench.Stop), $"resize number {n}");
            Expect.Equal((volume.Handle, bench.Rounded(asked)), (grown.Handle, grown.Size), $"what resize number {n} to {asked.Bytes} bytes returned");
        }
        Expect.Equal(bench.Rounded(asked), (await bench.FoundAsync(key)).Size, "size read back");
        return Finding.Kept($"{volume.Size.Bytes} to {bench.Rounded(asked).Bytes} bytes");
    }

    [Rule("resize.never-shrinks", Grows)]
    public static async Task<Finding> A_volume_never_shrinks(Bench bench)
    {
        if (bench.Driver.Facet<IResize>() is not { } resize) return Finding.NotAsked(NoResize);
        var (key, volume) = await bench.MakeAsync();
        var grown = Expect.Done(await resize.ResizeAsync(key, volume.Handle, bench.Bigger(volume.Size), bench.Stop), "resize");
        Expect.Refused(await resize.ResizeAsync(key, volume.Handle, volume.Size, bench.Stop), "shrinking to what it was", FaultCodes.SizeOutOfRange);
        Expect.Equal(grown.Size, (await bench.FoundAsync(key)).Size, "size after shrinking was refused");
        return Finding.Kept($"stays at {grown.Size}");
    }

    [Rule("resize.out-of-range-is-refused", "A size outside VolumeSize is refused with SizeOutOfRange")]
    public static async Task<Finding> A_volume_does_not_grow_beyond_the_declared_range(Bench bench)
    {
        if (bench.Driver.Facet<IResize>() is not { } resize) return Finding.NotAsked(NoResize);
        if (bench.Can.VolumeSize.To == long.MaxValue) return Finding.NotAsked("every size is lawful");
        var (key, volume) = await bench.MakeAsync();
        var huge = new ByteSize(bench.Can.VolumeSize.To + 1);
        Expect.Refused(await resize.ResizeAsync(key, volume.Handle, huge, bench.Stop), "one byte above the largest size", FaultCodes.SizeOutOfRange);
        Expect.Equal(volume.Size, (await bench.FoundAsync(key)).Size, "size afterwards");
        return Finding.Kept($"{huge.Bytes} bytes refused");
    }

    [Rule("resize.keeps-data", "What was written stays readable")]
    public static async Task<Finding> Growing_keeps_what_was_written(Bench bench)
    {
        if (bench.Driver.Facet<IResize>() is not { } resize) return Finding.NotAsked(NoResize);
        var (key, volume) = await bench.MakeAsync();
        if (await DataSession.OpenAsync(bench, key, volume) is not { } data) return Finding.NotAsked(DataSession.NoProbe);
        var block = bench.NewBlock();
        await data.WriteAsync(block);
        Expect.Done(await resize.ResizeAsync(key, volume.Handle, bench.Bigger(volume.Size), bench.Stop), "resize");
        await data.HoldsAsync(block, "after growing");
        return Finding.Kept("the first block is as written");
    }
}
