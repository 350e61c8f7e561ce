using System.Globalization;

namespace Usher.Dns;

/// <summary>Values of the types SVCB and HTTPS: priority, target and parameters (RFC 9460 section 2.1).</summary>
internal static class ServiceBinding
{
    /// <summary>Reads a value; null, with what is wrong and what is allowed, when it isn't one.</summary>
    public static Rdata? Parse(string written, out string? problem)
    {
        var words = written.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 2)
        {
            problem = $"'{written}' is not priority, target and parameters, such as 1 . alpn=\"h2,h3\" port=8443";
            return null;
        }

        if (!ushort.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var priority))
        {
            problem = $"priority '{words[0]}' is not a number from 0 to 65535";
            return null;
        }

        if (DomainName.Parse(words[1], out problem) is not { } target) return null;
        var parameters = new SortedDictionary<int, ServiceParameter>();
        if (words.Length == 3) problem = ReadParameters(words[2], parameters);
        if (problem is null && priority == 0 && parameters.Count > 0)
        {
            problem = $"priority 0 makes an alias of {RecordValue.Absolute(target)}, which has no parameters (RFC 9460 section 2.4.2); leave them away, or write another priority";
        }

        problem ??= Together(parameters);
        if (problem is not null) return null;
        List<byte> bytes = [(byte)(priority >> 8), (byte)priority, .. target.Wire];
        foreach (var (key, parameter) in parameters)
        {
            bytes.AddRange([(byte)(key >> 8), (byte)key, (byte)(parameter.Value.Length >> 8), (byte)parameter.Value.Length, .. parameter.Value]);
        }

        var text = string.Join(' ', parameters.Values.Select(p => p.Text).Prepend(RecordValue.Absolute(target)).Prepend($"{priority}"));
        // The root stands for the owner's own name, or, of an alias, for nothing.
        return new Rdata([.. bytes], text) { Target = target.Labels == 0 ? null : target };
    }

    /// <summary>Whether a value is an alias of its target: its priority is 0 (AliasMode).</summary>
    public static bool IsAlias(Rdata value) => value.Bytes is [0, 0, ..];

    private static string? ReadParameters(string written, SortedDictionary<int, ServiceParameter> parameters)
    {
        for (var rest = written.AsSpan(); !rest.IsEmpty; rest = rest.TrimStart())
        {
            if (ServiceParameter.Read(ref rest, out var problem) is not { } parameter) return problem;
            if (!parameters.TryAdd(parameter.Key, parameter)) return $"{parameter.Name} is written twice; write it once";
        }

        return null;
    }

    /// <summary>What parameters want of one another (RFC 9460 sections 7.1.1 and 8).</summary>
    private static string? Together(SortedDictionary<int, ServiceParameter> parameters)
    {
        if (parameters.ContainsKey(ServiceParameter.NoDefaultAlpn) && !parameters.ContainsKey(ServiceParameter.Alpn)) return "has no-default-alpn without alpn; write both";
        if (!parameters.TryGetValue(ServiceParameter.Mandatory, out var mandatory)) return null;
        for (var i = 0; i < mandatory.Value.Length; i += 2)
        {
            var key = (mandatory.Value[i] << 8) | mandatory.Value[i + 1];
            if (!parameters.ContainsKey(key)) return $"mandatory names {ServiceParameter.NameOf(key)}, which isn't there; write it too";
        }

        return null;
    }
}
