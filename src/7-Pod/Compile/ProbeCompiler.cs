using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;

namespace Usher.Pod;

/// <summary>Probes: Kubernetes' defaults (Configure Liveness, Readiness and Startup Probes) and the API server's checks.</summary>
internal static class ProbeCompiler
{
    public static IEnumerable<ProbePlan> Compile(V1Container container, string path, PodScene scene, bool runsProgram)
    {
        var all = new[]
        {
            (ProbeKind.Startup, Field: $"{path}.startupProbe", Probe: container.StartupProbe),
            (ProbeKind.Liveness, Field: $"{path}.livenessProbe", Probe: container.LivenessProbe),
            (ProbeKind.Readiness, Field: $"{path}.readinessProbe", Probe: container.ReadinessProbe),
        };
        foreach (var (kind, field, probe) in all)
        {
            if (probe is null) continue;
            CheckNumbers(kind, probe, field, scene);
            if (Action(probe, container, field, scene, runsProgram) is not { } action) continue;
            yield return new ProbePlan(kind, container.Name, action)
            {
                // Zero means the default, as the API server has it.
                InitialDelay = Spans.Seconds(probe.InitialDelaySeconds ?? 0),
                Period = Spans.Seconds(probe.PeriodSeconds is > 0 ? probe.PeriodSeconds.Value : 10),
                Timeout = Spans.Seconds(probe.TimeoutSeconds is > 0 ? probe.TimeoutSeconds.Value : 1),
                SuccessThreshold = probe.SuccessThreshold is > 0 ? probe.SuccessThreshold.Value : 1,
                FailureThreshold = probe.FailureThreshold is > 0 ? probe.FailureThreshold.Value : 3,
                Grace = probe.TerminationGracePeriodSeconds is > 0 ? Spans.Seconds(probe.TerminationGracePeriodSeconds.Value) : null,
            };
        }
    }

    private static void CheckNumbers(ProbeKind kind, V1Probe probe, string field, PodScene scene)
    {
        foreach (var (name, value) in new[]
        {
            ("initialDelaySeconds", probe.InitialDelaySeconds), ("timeoutSeconds", probe.TimeoutSeconds), ("periodSeconds", probe.PeriodSeconds),
            ("successThreshold", probe.SuccessThreshold), ("failureThreshold", probe.FailureThreshold),
        })
        {
            if (value < 0) scene.Error($"{field}.{name}", $"Invalid value: {value}: must be greater than or equal to 0");
        }

        if (kind != ProbeKind.Readiness && probe.SuccessThreshold is not (null or 0 or 1))
        {
            scene.Error($"{field}.successThreshold", $"Invalid value: {probe.SuccessThreshold}: must be 1");
        }

        if (probe.TerminationGracePeriodSeconds is not { } grace) return;
        if (kind == ProbeKind.Readiness) scene.Error($"{field}.terminationGracePeriodSeconds", $"Invalid value: {grace}: must not be set for readinessProbes");
        else if (grace <= 0) scene.Error($"{field}.terminationGracePeriodSeconds", $"Invalid value: {grace}: must be greater than 0");
    }

    private static ProbeAction? Action(V1Probe probe, V1Container container, string field, PodScene scene, bool runsProgram)
    {
        var handlers = new object?[] { probe.Exec, probe.HttpGet, probe.TcpSocket, probe.Grpc }.Count(h => h is not null);
        if (handlers != 1)
        {
            scene.Error(field, handlers == 0 ? "Required value: must specify a handler type" : "Forbidden: may not specify more than 1 handler type");
            return null;
        }

        if (probe.HttpGet is { } http) return Http(http, container, $"{field}.httpGet", scene);
        if (probe.Grpc is { } grpc)
        {
            CheckRange(grpc.Port, $"{field}.grpc.port", scene);
            return new GrpcAction(grpc.Port, grpc.Service ?? "");
        }

        if (probe.TcpSocket is { } tcp)
        {
            return Port(tcp.Port, container, $"{field}.tcpSocket.port", scene) is { } port ? new TcpAction(port) : null;
        }

        return Exec(probe.Exec, $"{field}.exec", scene, runsProgram);
    }

    /// <summary>A command in the container. A stand-in has no image that it would be in: it is taken to succeed.</summary>
    public static ExecAction? Exec(V1ExecAction exec, string field, PodScene scene, bool runsProgram)
    {
        if (exec.Command is not { Count: > 0 }) scene.Error($"{field}.command", "Required value");
        if (!runsProgram) scene.NotApply(field);
        return new ExecAction([.. exec.Command ?? []]);
    }

    /// <summary>An HTTP GET.</summary>
    public static HttpAction? Http(V1HTTPGetAction http, V1Container container, string field, PodScene scene)
    {
        if (http.Scheme is { Length: > 0 } and not ("HTTP" or "HTTPS"))
        {
            scene.Error($"{field}.scheme", $"Unsupported value: \"{http.Scheme}\": supported values: \"HTTP\", \"HTTPS\"");
        }

        var path = string.IsNullOrEmpty(http.Path) ? "/" : http.Path;
        var headers = (http.HttpHeaders ?? []).Select(h => KeyValuePair.Create(h.Name, h.Value ?? "")).ToImmutableArray();
        for (var i = 0; i < headers.Length; i++)
        {
            if (string.IsNullOrEmpty(headers[i].Key) || headers[i].Key.Any(c => !char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal)))
            {
                scene.Error($"{field}.httpHeaders[{i}].name", $"Invalid value: \"{headers[i].Key}\": a valid HTTP header must consist of alphanumeric characters or '-'");
            }
        }

        return Port(http.Port, container, $"{field}.port", scene) is { } port
            ? new HttpAction(path.StartsWith('/') ? path : "/" + path, port, headers) { Tls = http.Scheme == "HTTPS" }
            : null;
    }

    private static int? Port(IntOrString? written, V1Container container, string field, PodScene scene)
    {
        if (written?.Value is not { Length: > 0 } value)
        {
            scene.Error(field, "Required value");
            return null;
        }

        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return CheckRange(number, field, scene);
        if (container.Ports?.FirstOrDefault(p => p.Name == value) is { } named) return named.ContainerPort;
        var names = string.Join(", ", (container.Ports ?? []).Where(p => !string.IsNullOrEmpty(p.Name)).Select(p => p.Name));
        scene.Error(field, $"couldn't find port \"{value}\" in container \"{container.Name}\", which names {(names.Length == 0 ? "none" : names)}");
        return null;
    }

    private static int? CheckRange(int port, string field, PodScene scene)
    {
        if (port is >= 1 and <= 65535) return port;
        scene.Error(field, $"Invalid value: {port}: must be between 1 and 65535, inclusive");
        return null;
    }

    /// <summary>Whether a probe's or hook's host is the pod itself: none, or the machine's own from a pod on its node's network, which has an address of its own here.</summary>
    public static bool IsOwn(string? host, V1PodSpec spec) => string.IsNullOrEmpty(host) || (spec.HostNetwork == true && host is "localhost" or "127.0.0.1");
}
