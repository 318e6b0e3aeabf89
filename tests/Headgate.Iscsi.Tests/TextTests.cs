using System.Buffers;
using System.Text;
using CsCheck;
using Headgate.Iscsi.Text;

namespace Headgate.Iscsi.Tests;

public sealed class TextTests
{
    [Fact]
    public void Pairs_survive_writing_and_reading()
    {
        var name = Gen.Char["ABCdef09.-_"].Array[1, 63].Select(chars => new string(chars));
        var value = Gen.Char["abcXYZ 0:/,=é"].Array[0, 50].Select(chars => new string(chars));
        Gen.Select(name, value).List[0, 20].Sample(pairs =>
        {
            var bytes = new ArrayBufferWriter<byte>();
            foreach (var (key, text) in pairs) TextPairs.Append(bytes, key, text);
            var read = TextPairs.Parse(bytes.WrittenSpan, out var problem);
            Assert.Null(problem);
            Assert.Equal(pairs.Select(pair => (pair.Item1, pair.Item2)), read!.Select(pair => (pair.Key, pair.Value)));
        });
    }

    [Fact]
    public void Whatever_bytes_come_parsing_ends_in_pairs_or_a_sentence() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        var pairs = TextPairs.Parse(bytes, out var problem);
        return (pairs is null) == (problem is not null);
    });

    [Theory]
    [InlineData("=x\0")]
    [InlineData("key\0")]
    [InlineData("ke y=x\0")]
    public void A_pair_without_a_lawful_key_is_refused(string text) =>
        Assert.Null(TextPairs.Parse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Text_that_goes_on_is_the_same_wherever_it_is_cut_and_bounded()
    {
        var whole = "HeaderDigest=CRC32C,None\0MaxBurstLength=1\0"u8.ToArray();
        for (var cut = 0; cut <= whole.Length; cut++)
        {
            var gathered = new TextAccumulator();
            Assert.True(gathered.TryAdd(whole.AsSpan(0, cut)) && gathered.TryAdd(whole.AsSpan(cut)));
            Assert.Equal(2, TextPairs.Parse(gathered.Bytes, out _)!.Count);
        }
        Assert.False(new TextAccumulator().TryAdd(new byte[Limits.NegotiationBytes + 1]));
    }

    [Theory]
    [InlineData("0x00ff", "00FF")]
    [InlineData("0Xabc", "0ABC")]
    [InlineData("0bAP8=", "00FF")]
    [InlineData("0b", null)]
    [InlineData("0xzz", null)]
    [InlineData("0b$$$$", null)]
    [InlineData("AP8=", null)]
    [InlineData("0x0102030405", null)] // five bytes, four allowed
    [InlineData("0bAQIDBAU=", null)]
    public void Binary_values_are_hex_or_base64_and_no_longer_than_allowed(string text, string? hex)
    {
        Assert.Equal(hex is not null, BinaryValue.TryParse(text, 4, out var bytes));
        if (hex is not null) Assert.Equal(hex, Convert.ToHexString(bytes));
    }

    [Theory]
    // RFC 7143 section 13, one or more rows per key: offered, answered.
    [InlineData("HeaderDigest", "CRC32C,None", "CRC32C")]
    [InlineData("HeaderDigest", "None,CRC32C", "None")]
    [InlineData("DataDigest", "MD5", "Reject")]
    [InlineData("MaxConnections", "8", "1")]
    [InlineData("MaxConnections", "0", "Reject")]
    [InlineData("InitialR2T", "No", "No")]
    [InlineData("InitialR2T", "Yes", "Yes")]
    [InlineData("InitialR2T", "yes", "Reject")]
    [InlineData("ImmediateData", "No", "No")]
    [InlineData("MaxRecvDataSegmentLength", "65536", null)]
    [InlineData("MaxRecvDataSegmentLength", "511", "Reject")]
    [InlineData("MaxBurstLength", "16777215", "1048576")]
    [InlineData("MaxBurstLength", "0x400", "1024")]
    [InlineData("MaxBurstLength", "16777216", "Reject")]
    [InlineData("FirstBurstLength", "512", "512")]
    [InlineData("DefaultTime2Wait", "0", "2")]
    [InlineData("DefaultTime2Wait", "30", "30")]
    [InlineData("DefaultTime2Retain", "20", "0")]
    [InlineData("MaxOutstandingR2T", "16", "4")]
    [InlineData("DataPDUInOrder", "No", "Yes")]
    [InlineData("DataSequenceInOrder", "No", "Yes")]
    [InlineData("ErrorRecoveryLevel", "2", "0")]
    [InlineData("ErrorRecoveryLevel", "3", "Reject")]
    [InlineData("TaskReporting", "FastAbort,RFC3720", "RFC3720")]
    [InlineData("iSCSIProtocolLevel", "2", "1")]
    [InlineData("IFMarker", "No", "No")]
    [InlineData("OFMarker", "Yes", "No")]
    [InlineData("IFMarkInt", "2048~4096", "Reject")]
    [InlineData("OFMarkInt", "1", "Reject")]
    [InlineData("HeaderDigest", "", "Reject")]
    [InlineData("HeaderDigest", "None", "None")]
    [InlineData("DataDigest", "CRC32C", "CRC32C")]
    [InlineData("MaxConnections", "65535", "1")]
    [InlineData("MaxConnections", "65536", "Reject")]
    [InlineData("ImmediateData", "Yes", "Yes")]
    [InlineData("MaxRecvDataSegmentLength", "512", null)]
    [InlineData("MaxRecvDataSegmentLength", "16777215", null)]
    [InlineData("MaxRecvDataSegmentLength", "16777216", "Reject")]
    [InlineData("MaxBurstLength", "512", "512")]
    [InlineData("MaxBurstLength", "511", "Reject")]
    [InlineData("FirstBurstLength", "16777215", "262144")]
    [InlineData("FirstBurstLength", "511", "Reject")]
    [InlineData("FirstBurstLength", "16777216", "Reject")]
    [InlineData("DefaultTime2Wait", "3600", "3600")]
    [InlineData("DefaultTime2Wait", "3601", "Reject")]
    [InlineData("DefaultTime2Retain", "0", "0")]
    [InlineData("DefaultTime2Retain", "3600", "0")]
    [InlineData("DefaultTime2Retain", "3601", "Reject")]
    [InlineData("MaxOutstandingR2T", "1", "1")]
    [InlineData("MaxOutstandingR2T", "65535", "4")]
    [InlineData("MaxOutstandingR2T", "0", "Reject")]
    [InlineData("MaxOutstandingR2T", "65536", "Reject")]
    [InlineData("MaxOutstandingR2T", "-1", "Reject")]
    [InlineData("MaxOutstandingR2T", "0x10", "4")]
    [InlineData("MaxOutstandingR2T", "99999999999999999999", "Reject")]
    [InlineData("ErrorRecoveryLevel", "0", "0")]
    [InlineData("TaskReporting", "FastAbort", "Reject")]
    [InlineData("iSCSIProtocolLevel", "0", "0")]
    [InlineData("iSCSIProtocolLevel", "31", "1")]
    [InlineData("iSCSIProtocolLevel", "32", "Reject")]
    [InlineData("X-com.example", "1", "NotUnderstood")]
    [InlineData("maxburstlength", "1024", "NotUnderstood")]
    [InlineData("MaxBurstLength", "Irrelevant", null)]
    public void Each_key_is_answered_as_its_row_says(string key, string offered, string? answer) =>
        Assert.Equal(answer, new Negotiator(isDiscovery: false).Answer(key, offered));

    [Fact]
    public void Session_keys_are_irrelevant_in_discovery_and_first_burst_without_unsolicited_data()
    {
        Assert.Equal(Negotiator.Irrelevant, new Negotiator(isDiscovery: true).Answer("InitialR2T", "No"));
        var negotiator = new Negotiator(isDiscovery: false);
        negotiator.Answer("InitialR2T", "Yes");
        negotiator.Answer("ImmediateData", "No");
        Assert.Equal(Negotiator.Irrelevant, negotiator.Answer("FirstBurstLength", "65536"));
    }

    [Fact]
    public void The_first_burst_is_never_above_the_burst() =>
        Gen.Select(Gen.Int[512, 1 << 20], Gen.Int[512, 1 << 20], Gen.Bool).Sample((burst, first, firstComesFirst) =>
        {
            var negotiator = new Negotiator(isDiscovery: false);
            if (firstComesFirst) negotiator.Answer("FirstBurstLength", $"{first}");
            negotiator.Answer("MaxBurstLength", $"{burst}");
            if (!firstComesFirst) negotiator.Answer("FirstBurstLength", $"{first}");
            var result = negotiator.Result();
            return result.FirstBurstBytes <= result.MaxBurstBytes && result.MaxBurstBytes == burst;
        });

    [Theory]
    [InlineData("SendTargets=All\0", TextVerdict.Respond)]
    [InlineData("SendTargets=\0", TextVerdict.Respond)]
    [InlineData("SendTargets=iqn.2026-11.a:b\0", TextVerdict.Respond)]
    [InlineData("SendTargets=A\0", TextVerdict.Reject)]
    [InlineData("SendTargets=Alle\0", TextVerdict.Reject)]
    [InlineData("SendTargets=all\0", TextVerdict.Reject)]
    [InlineData("MaxBurstLength=4096\0", TextVerdict.Reject)] // a key of login
    [InlineData("TargetName=iqn.2026-11.a:b\0", TextVerdict.Reject)]
    [InlineData("CHAP_A=5\0", TextVerdict.Reject)]
    [InlineData("SendTargets=All\0SendTargets=All\0", TextVerdict.Reject)]
    [InlineData("=1\0", TextVerdict.Reject)]
    [InlineData("MaxRecvDataSegmentLength=4096\0", TextVerdict.Respond)]
    public void Text_in_full_feature_phase_is_answered_or_rejected(string text, TextVerdict verdict) =>
        Assert.Equal(verdict, Responder(3).Handle(continues: false, Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_long_list_of_targets_comes_in_parts()
    {
        var responder = Responder(4000);
        Assert.Equal(TextVerdict.Respond, responder.Handle(continues: false, "SendTargets=All\0"u8));
        var gathered = new List<byte>();
        while (true)
        {
            gathered.AddRange(responder.TakePart(512));
            Assert.InRange(responder.KeptBytes, 0, 1024); // no more than the part and a target
            if (!responder.HasMore) break;
            Assert.Equal(TextVerdict.Respond, responder.Handle(continues: false, []));
        }
        var told = string.Concat(Enumerable.Range(0, 4000).Select(i => $"TargetName=iqn.2026-11.a:{i}\0TargetAddress=127.0.0.1:3260,1\0"));
        Assert.Equal(told, Encoding.UTF8.GetString(gathered.ToArray()));
    }

    [Fact]
    public void A_list_that_just_fills_a_part_has_no_empty_part_behind_it()
    {
        var responder = Responder(2);
        responder.Handle(continues: false, "SendTargets=All\0"u8);
        var whole = responder.TakePart(8192).Length;
        responder.Handle(continues: false, "SendTargets=All\0"u8);
        Assert.Equal((whole, false), (responder.TakePart(whole).Length, responder.HasMore));
        responder.Handle(continues: false, "SendTargets=All\0"u8);
        Assert.Equal((whole - 1, true), (responder.TakePart(whole - 1).Length, responder.HasMore));
    }

    [Fact]
    public void A_named_target_is_told_alone()
    {
        var responder = Responder(3);
        responder.Handle(continues: false, "SendTargets=iqn.2026-11.a:1\0"u8);
        Assert.Equal("TargetName=iqn.2026-11.a:1\0TargetAddress=127.0.0.1:3260,1\0", Encoding.UTF8.GetString(responder.TakePart(8192)));
    }

    [Theory]
    [InlineData("Bogus=1\0", "Bogus=NotUnderstood\0")]
    [InlineData("sendtargets=All\0", "sendtargets=NotUnderstood\0")]
    [InlineData("X-com.example.key=1\0", "X-com.example.key=NotUnderstood\0")]
    [InlineData("X-com.example.key=Reject\0", "")]
    [InlineData("InitiatorAlias=me\0", "")]
    [InlineData("MaxRecvDataSegmentLength=511\0", "MaxRecvDataSegmentLength=Reject\0")]
    [InlineData("SendTargets=\0", "")] // a discovery session has no target of its own
    [InlineData("SendTargets=iqn.2026-11.a:nobodys\0", "")]
    public void What_is_not_for_us_is_answered_as_the_standard_says(string text, string answer)
    {
        var responder = Responder(3);
        Assert.Equal(TextVerdict.Respond, responder.Handle(continues: false, Encoding.UTF8.GetBytes(text)));
        Assert.Equal(answer, Encoding.UTF8.GetString(responder.TakePart(8192)));
    }

    [Fact]
    public void A_session_with_a_target_tells_of_it_when_asked_for_nothing()
    {
        var responder = new TextResponder(() => [new DiscoveredTarget("iqn.2026-11.a:own", ["[::1]:3260,1"])], isDiscovery: false);
        responder.Handle(continues: false, "SendTargets=\0"u8);
        Assert.Equal("TargetName=iqn.2026-11.a:own\0TargetAddress=[::1]:3260,1\0", Encoding.UTF8.GetString(responder.TakePart(8192)));
    }

    private static TextResponder Responder(int targets) =>
        new(() => Enumerable.Range(0, targets).Select(i => new DiscoveredTarget($"iqn.2026-11.a:{i}", ["127.0.0.1:3260,1"])), isDiscovery: true);
}
