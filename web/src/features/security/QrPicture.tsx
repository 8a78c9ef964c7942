// Apart from the page, because hardly anybody needs the library that draws it.
import { QRCode } from 'antd';

export default function QrPicture({ value }: { value: string }) {
  return <QRCode value={value} size={200} type="svg" bordered={false} color="#000" bgColor="#fff" errorLevel="M" />;
}
