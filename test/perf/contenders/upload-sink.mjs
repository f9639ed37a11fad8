// A server that takes uploads and throws the bytes away: the same for every contender. Prints its address.
import http from 'node:http';

const answers = [
  [/\/serverinfo$/i, { serverInfo: { productVersion: { value: '2025.3.0' }, restApiVersion: '3.27' } }],
  [/\/auth\/signin$/, { credentials: { token: 't', site: { id: 's', contentUrl: '' }, user: { id: 'u' } } }],
  [/\/fileUploads/, { fileUpload: { uploadSessionId: '1:ab-1:0', fileSize: '0' } }],
];

const server = http.createServer((request, reply) => {
  request.resume();
  request.on('end', () => {
    const answer = answers.find(([path]) => path.test(request.url ?? ''))?.[1] ?? {};
    reply.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
