using System.Buffers;
using CsCheck;
using Headgate.Iscsi.Pdu;

namespace Headgate.Iscsi.Tests;

public sealed class HeaderTests
{
    private static readonly byte[] Command = Convert.FromHexString(
        "41E0000000000200" + "0000000000000000" + "00000007" + "00001000" + "00000011" + "00000022" + "28000000000000000800000000000000");

    [Fact]
    public void A_header_cut_anywhere_needs_more_and_a_whole_one_reads_the_same_at_any_offset()
    {
        for (var cut = 0; cut < Command.Length; cut++)
            Assert.Equal(OperationStatus.NeedMoreData, BasicHeader.TryRead(Command.AsSpan(0, cut), 8192, out _));
        for (var offset = 0; offset < 9; offset++)
        {
            byte[] bigger = [.. new byte[offset], .. Command, 0xEE];
            Assert.Equal(OperationStatus.Done, BasicHeader.TryRead(bigger.AsSpan(offset), 8192, out var header));
            var request = new ScsiCommandRequest(header);
            Assert.True(header.IsImmediate && request.IsFinal && request.Reads && request.Writes);
            Assert.Equal((0x200, 7u, 0x11u, 0x22u), (header.DataByteCount, header.InitiatorTaskTag, header.CmdSn, header.ExpStatSn));
            Assert.Equal((4096u, (byte)0x28), (request.ExpectedByteCount, request.Cdb[0]));
        }
    }

    [Fact]
    public void More_data_than_was_declared_is_invalid()
    {
        Assert.Equal(OperationStatus.InvalidData, BasicHeader.TryRead(Command, 0x1FF, out _));
        Assert.Equal(OperationStatus.Done, BasicHeader.TryRead(Command, 0x200, out _));
    }

    [Fact]
    public void A_view_of_another_opcode_is_refused() => Assert.Throws<ArgumentException>(() =>
    {
        BasicHeader.TryRead(Command, 8192, out var header);
        _ = new LoginRequest(header);
    });

    [Fact]
    public void Whatever_bytes_come_as_additional_headers_reading_them_ends() =>
        Gen.Byte.Array[0, 64].Sample(bytes => AdditionalHeaders.TryRead(bytes, out var headers)
            ? headers.ExtendedCdb.Length <= bytes.Length
            : bytes.Length > 0);

    [Fact]
    public void An_extended_CDB_and_a_bidirectional_length_are_found()
    {
        byte[] bytes = [0, 9, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 5, 2, 0, 0, 0, 16, 0];
        Assert.True(AdditionalHeaders.TryRead(bytes, out var headers));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], headers.ExtendedCdb.ToArray());
        Assert.Equal(4096u, headers.BidirectionalReadByteCount);
    }

    [Fact]
    public void Serial_numbers_compare_around_zero() => Gen.Select(Gen.UInt, Gen.UInt[1, 1u << 30]).Sample((a, step) =>
        SerialNumber.Before(a, a + step) && !SerialNumber.Before(a + step, a)
        && SerialNumber.Within(a, a - step, a + step) && !SerialNumber.Within(a, a + 1, a) && SerialNumber.Later(a, a + step) == a + step);

    [Fact]
    public void A_Data_In_has_a_StatSN_only_with_status()
    {
        var header = new byte[BasicHeader.Size];
        var numbers = new SequenceNumbers(9, 10, 11);
        ResponseHeader.WriteDataIn(header, 0, 5, 1, 512, 100, endsSequence: true, status: null, numbers);
        Assert.Equal((0x80, 0), (header[1], header[27]));
        ResponseHeader.WriteDataIn(header, 0, 5, 1, 512, 100, endsSequence: true, (0, Residual.Of(612, 100)), numbers);
        Assert.Equal((0x83, 9), (header[1], header[27]));
        Assert.Equal(512, header[46] << 8 | header[47]);
    }

    [Theory]
    [InlineData(512, 512, 0, 0)]
    [InlineData(200, 512, 312, 0x04)]
    [InlineData(10000, 512, 9488, 0x02)]
    public void Residuals_say_which_side_wanted_more(long expected, long actual, uint count, byte flags)
    {
        var residual = Residual.Of(expected, actual);
        Assert.Equal((count, flags), (residual.Count, residual.Flags));
    }
}
