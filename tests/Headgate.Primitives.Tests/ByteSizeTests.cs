using CsCheck;
using Headgate.Primitives;

namespace Headgate.Primitives.Tests;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("10GiB", 10L << 30)]
    [InlineData(" 512 mib ", 512L << 20)]
    [InlineData("1.5KiB", 1536)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("200MiB/s", 200L << 20)]
    [InlineData("0", 0)]
    [InlineData("8191.99999TiB", -1)]
    public void Text_with_units_is_read(string text, long bytes)
    {
        var read = ByteSize.TryParse(text, out var size);
        Assert.Equal(bytes >= 0, read);
        if (read) Assert.Equal(bytes, size.Bytes);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("1.3B")]
    [InlineData("10 apples")]
    [InlineData("1e3")]
    [InlineData("9999999999PiB")]
    [InlineData("79228162514264337593543950336")]
    public void What_is_no_size_is_refused(string? text) => Assert.False(ByteSize.TryParse(text, out _));

    [Fact]
    public void A_whole_number_of_bytes_survives_being_written_and_read() =>
        Gen.Long[0, long.MaxValue].Sample(bytes =>
        {
            Assert.True(ByteSize.TryParse($"{bytes}", out var size));
            Assert.Equal(bytes, size.Bytes);
        });

    [Fact]
    public void Rounding_up_gives_the_next_multiple_and_never_less() =>
        Gen.Select(Gen.Long[0, 1L << 50], Gen.Long[1, 1L << 30]).Sample((bytes, step) =>
        {
            var rounded = new ByteSize(bytes).RoundUpTo(new ByteSize(step)).Bytes;
            Assert.InRange(rounded, bytes, bytes + step - 1);
            Assert.Equal(0, rounded % step);
        });

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(10L << 30, "10 GiB")]
    public void It_prints_in_binary_units(long bytes, string text) => Assert.Equal(text, new ByteSize(bytes).ToString());

    [Fact]
    public void Negative_sizes_cannot_be_made()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteSize(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteSize(1) - new ByteSize(2));
        Assert.Throws<OverflowException>(() => ByteSize.TiB(long.MaxValue / 1024));
    }
}
