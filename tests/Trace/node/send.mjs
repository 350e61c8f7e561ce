// Sends two spans as an application does that uses OpenTelemetry's SDK: a server's, and a call within it. What names the exporter is the argument; where it sends is in OTEL_EXPORTER_OTLP_*.
import { context, trace, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const { OTLPTraceExporter } = await import(`@opentelemetry/exporter-trace-otlp-${process.argv[2]}`);
const exporter = new OTLPTraceExporter();
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'node-shop', 'shop.tier': 'front' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();

const tracer = trace.getTracer('shop', '1.2.3');
// Times of its own: the SDK takes a span's beginning from a clock of milliseconds, its end from a finer one, so that a call may seem to begin after its server ended.
const began = Date.now();
const server = tracer.startSpan('GET /v1/users', { startTime: began, kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.response.status_code': 500, 'shop.ratio': 0.5, 'shop.flag': true, 'shop.names': ['a', 'ü'] } });
server.setStatus({ code: SpanStatusCode.ERROR, message: 'no such table' });
const call = tracer.startSpan('SELECT users', { startTime: began + 1, kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'sqlite' } }, trace.setSpan(context.active(), server));
call.addEvent('retried', { 'shop.attempt': 2 });
call.end(began + 3);
server.end(began + 7);
await provider.shutdown();
console.log(JSON.stringify({ traceId: server.spanContext().traceId, server: server.spanContext().spanId, call: call.spanContext().spanId }));
